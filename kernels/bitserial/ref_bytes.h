/* The oracle for bytes: each multiplied with its weight, added. */
#include "../include/kernel.h"
#include "../pack/panel.h"

static void run(const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
            const int8_t *b = (const int8_t *)g->rhs + n * g->k;
            int64_t sum = 0;
#pragma clang loop unroll(disable) vectorize(disable)
            for (size_t k = 0; k < g->k; k++)
                sum += a[k] * b[k];
            int32_t *c = (int32_t *)((uint8_t *)g->c + m * g->c_stride);
            c[n] = (int32_t)sum;
        }
}

#include "ref_calls.h"
