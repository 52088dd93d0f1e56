/* The oracle of bitwise_popcount_bits: one bit after the other. */
#include "../include/kernel.h"

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *row = (const uint8_t *)g->a + m * g->a_stride;
        int32_t ones = 0;
        for (size_t i = 0; i < g->k; i++)
            ones += row[i / 8] >> i % 8 & 1;
        *(int32_t *)((uint8_t *)g->c + m * g->c_stride) = ones;
    }
}

const struct map_kernel bitwise_popcount_bits__ref = {run};
