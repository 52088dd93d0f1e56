/* bitwise_maxpool_bits in plain C: memory is the limit. A window at an odd edge takes its one row or column twice,
 * which changes nothing in an and and spares every branch. */
#include "rows.h"

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    uint8_t *out = g->c;
    for (size_t y = 0; y < g->m; y += 2) {
        const uint8_t *upper = (const uint8_t *)g->a + y * g->n * g->a_stride;
        const uint8_t *lower = y + 1 < g->m ? upper + g->n * g->a_stride : upper;
        for (size_t x = 0; x < g->n; x += 2, out += g->c_stride) {
            size_t left = x * g->a_stride, right = x + 1 < g->n ? left + g->a_stride : left;
            const uint64_t *p = (const uint64_t *)(upper + left), *q = (const uint64_t *)(upper + right);
            const uint64_t *r = (const uint64_t *)(lower + left), *s = (const uint64_t *)(lower + right);
            uint64_t *restrict c = (uint64_t *)out;
            for (size_t i = 0; i < words; i++)
                c[i] = p[i] & q[i] & r[i] & s[i];
        }
    }
}

const struct map_kernel bitwise_maxpool_bits__portable = {run};
