/* The oracle of bitwise_planes_bits: every bit of every byte goes to its plane. */
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

static void run(const struct map_args *g) {
    size_t plane_bytes = bits_row_bytes(g->k);
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *row = (const uint8_t *)g->a + m * g->a_stride;
        uint8_t *planes = (uint8_t *)g->c + m * g->c_stride;
        memset(planes, 0, g->n * plane_bytes);
        for (size_t i = 0; i < g->k; i++)
            for (size_t p = 0; p < g->n; p++)
                if (row[i] >> p & 1)
                    planes[p * plane_bytes + i / 8] |= (uint8_t)(1u << i % 8);
    }
}

const struct map_kernel bitwise_planes_bits__ref = {run};
