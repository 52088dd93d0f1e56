/* The oracle of float_gemv_fp32: sums in double, rounded once, so that it is nearer to the truth than any variant
 * it judges. Never tuned. */
#include "../include/kernel.h"
#include "../pack/panel.h"

static void run(const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const float *a = (const float *)((const uint8_t *)g->a + m * g->a_stride);
            const float *b = (const float *)g->rhs + n * g->k;
            double sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += (double)a[i] * (double)b[i];
            ((float *)((uint8_t *)g->c + m * g->c_stride))[n] = (float)sum;
        }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return n * k * sizeof(float);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->n, w->k * sizeof(float));
}

const struct gemm_kernel float_gemv_fp32__ref = {run, rhs_bytes, work_bytes, pack_rhs};
