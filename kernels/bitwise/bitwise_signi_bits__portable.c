/* bitwise_signi_bits in plain C: 8 bytes at a time. */
#include "gather.h"

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64) {
            uint64_t eights[8], word = 0;
            memcpy(eights, x + i, sizeof eights);
            for (int j = 0; j < 8; j++)
                word |= gather_8(eights[j], 7) << (8 * j);
            bits[i / 64] = word;
        }
        if (i < g->k)
            bits[i / 64] = bits_of_bytes(x + i, g->k - i, 7);
    }
}

const struct map_kernel bitwise_signi_bits__portable = {run};
