/* The oracle of bitwise_maxpool_bits: a channel is -1 only where all pixels of its window are. */
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

static void run(const struct map_args *g) {
    size_t bytes = bits_row_bytes(g->k), wide = (g->n + 1) / 2;
    for (size_t y = 0; y < g->m; y++)
        for (size_t x = 0; x < g->n; x++) {
            const uint8_t *in = (const uint8_t *)g->a + (y * g->n + x) * g->a_stride;
            uint8_t *out = (uint8_t *)g->c + (y / 2 * wide + x / 2) * g->c_stride;
            if (y % 2 == 0 && x % 2 == 0)
                memset(out, 0xff, bytes);
            for (size_t i = 0; i < bytes; i++)
                out[i] &= in[i];
        }
}

const struct map_kernel bitwise_maxpool_bits__ref = {run};
