/* The oracle of ternary_gemv_terna1: a weight is added, subtracted or left out, one after the other. */
#include "ref.h"

static void run(const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const uint8_t *a = (const uint8_t *)g->a + m * g->a_stride;
            const int8_t *b = (const int8_t *)g->rhs + n * g->k;
            int32_t sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += a[i / 8] >> i % 8 & 1 ? -b[i] : b[i];
            ((int32_t *)((uint8_t *)g->c + m * g->c_stride))[n] = sum;
        }
}

const struct gemm_kernel ternary_gemv_terna1__ref = {run, rhs_bytes, work_bytes, pack_rhs};
