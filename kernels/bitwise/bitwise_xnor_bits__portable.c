/* bitwise_xnor_bits in plain C: memory is the limit, and the compiler's own vectors reach it. */
#include "rows.h"

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++) {
        const uint64_t *a = row_of(g->a, g->a_stride, m), *b = row_of(g->b, g->b_stride, m);
        uint64_t *restrict c = row_of_out(g->c, g->c_stride, m);
        for (size_t i = 0; i < words; i++)
            c[i] = a[i] ^ b[i];
    }
}

const struct map_kernel bitwise_xnor_bits__portable = {run};
