/* The oracle of ternary_gemm_terna8: a value is added, subtracted or left out, one after the other. */
#include "ref.h"

static void run(const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
            const int8_t *b = (const int8_t *)g->rhs + n * g->k;
            int32_t sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += b[i] > 0 ? a[i] : b[i] < 0 ? -a[i] : 0;
            ((int32_t *)((uint8_t *)g->c + m * g->c_stride))[n] = sum;
        }
}

const struct gemm_kernel ternary_gemm_terna8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
