/* bitwise_popcount_bits in plain C. Where the base of the target has vectors, the compiler counts in them. Elsewhere
 * counting a word costs a dozen operations, and full adders let only one word in four pay it. */
#if defined(__SSE2__) || defined(__ARM_NEON)
#include "count.h"
#else
#include "rows.h"

static inline uint64_t majority(uint64_t x, uint64_t y, uint64_t z) { return (x & y) | (z & (x | y)); }

static uint64_t count_words(const uint64_t *row, size_t words) {
    uint64_t ones = 0, twos = 0, count = 0;
    size_t i = 0;
    for (; i + 4 <= words; i += 4) {
        uint64_t x = majority(ones, row[i], row[i + 1]);
        ones ^= row[i] ^ row[i + 1];
        uint64_t y = majority(ones, row[i + 2], row[i + 3]);
        ones ^= row[i + 2] ^ row[i + 3];
        count += 4 * (uint64_t)__builtin_popcountll(majority(twos, x, y));
        twos ^= x ^ y;
    }
    for (; i < words; i++)
        count += (uint64_t)__builtin_popcountll(row[i]);
    return count + (uint64_t)__builtin_popcountll(ones) + 2 * (uint64_t)__builtin_popcountll(twos);
}

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++)
        *(int32_t *)row_of_out(g->c, g->c_stride, m) = (int32_t)count_words(row_of(g->a, g->a_stride, m), words);
}
#endif

const struct map_kernel bitwise_popcount_bits__portable = {run};
