/* The oracle of bitwise_signf_bits: a comparison, so -0.0 and NaN are +1. */
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const float *row = (const float *)((const uint8_t *)g->a + m * g->a_stride);
        uint8_t *bits = (uint8_t *)g->c + m * g->c_stride;
        memset(bits, 0, bits_row_bytes(g->k));
        for (size_t i = 0; i < g->k; i++)
            if (row[i] < 0)
                bits[i / 8] |= (uint8_t)(1u << i % 8);
    }
}

const struct map_kernel bitwise_signf_bits__ref = {run};
