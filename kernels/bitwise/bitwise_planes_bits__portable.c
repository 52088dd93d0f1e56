/* bitwise_planes_bits in plain C: 8 bytes at a time for every plane. */
#include "gather.h"

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *planes = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64) {
            uint64_t eights[8];
            memcpy(eights, x + i, sizeof eights);
            for (unsigned p = 0; p < g->n; p++) {
                uint64_t word = 0;
                for (int j = 0; j < 8; j++)
                    word |= gather_8(eights[j], p) << (8 * j);
                planes[p * words + i / 64] = word;
            }
        }
        for (unsigned p = 0; i < g->k && p < g->n; p++)
            planes[p * words + i / 64] = bits_of_bytes(x + i, g->k - i, p);
    }
}

const struct map_kernel bitwise_planes_bits__portable = {run};
