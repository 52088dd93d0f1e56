/* The oracle of bitwise_xnor_bits: the product of two signs, byte by byte. */
#include "../include/kernel.h"
#include "../pack/panel.h"

static void run(const struct map_args *g) {
    size_t bytes = bits_row_bytes(g->k);
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *a = (const uint8_t *)g->a + m * g->a_stride;
        const uint8_t *b = (const uint8_t *)g->b + m * g->b_stride;
        uint8_t *c = (uint8_t *)g->c + m * g->c_stride;
        for (size_t i = 0; i < bytes; i++)
            c[i] = a[i] ^ b[i];
    }
}

const struct map_kernel bitwise_xnor_bits__ref = {run};
