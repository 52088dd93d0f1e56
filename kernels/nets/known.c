/* The plan's own known answers: seeded input (signed bytes of splitmix64, divided by 32) and the FNV-1a of the
 * output. */
#include "plan.h"

#include <string.h>

enum { UNIT = 32 };

static void fill_seeded(uint8_t *to, size_t count, uint64_t seed) {
    for (size_t i = 0; i < count; i += 8) {
        uint64_t z = seed + (i / 8 + 1) * 0x9E3779B97F4A7C15ull;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        z ^= z >> 31;
        for (size_t b = 0; b < 8 && i + b < count; b++) {
            float value = (float)(int8_t)(z >> (8 * b)) / UNIT;
            memcpy(to + 4 * (i + b), &value, sizeof value);
        }
    }
}

static uint64_t fnv1a(const uint8_t *at, size_t bytes) {
    uint64_t value = 0xCBF29CE484222325ull;
    for (size_t i = 0; i < bytes; i++)
        value = (value ^ at[i]) * 0x100000001B3ull;
    return value;
}

bool net_check(struct net *n, void *input, void *output, char *err, size_t err_size) {
    struct plan_head h = plan_read_head(n);
    for (uint32_t i = 0; i < h.checks; i++) {
        const uint8_t *at = n->bytes + h.check_at + (size_t)i * PLAN_CHECK_BYTES;
        fill_seeded(input, n->input_bytes / 4, plan_u64(at));
        net_run(n, input, output);
        if (fnv1a(output, n->output_bytes) != plan_u64(at + 8))
            return plan_fail(err, err_size, "known answer %u of the plan is not met", (unsigned)i);
    }
    return true;
}
