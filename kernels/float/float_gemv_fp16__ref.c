/* The oracle of float_gemv_fp16: sums in double, rounded once. Never tuned. */
#include "../include/kernel.h"
#include "../pack/panel.h"

static double value(uint16_t half) {
    int exponent = half >> 10 & 31;
    double magnitude = (half & 0x3ff) + (exponent ? 1024.0 : 0.0);
    for (int e = exponent ? exponent : 1; e > 25; e--)
        magnitude *= 2;
    for (int e = exponent ? exponent : 1; e < 25; e++)
        magnitude /= 2;
    return half & 0x8000 ? -magnitude : magnitude;
}

static void run(const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const uint16_t *a = (const uint16_t *)((const uint8_t *)g->a + m * g->a_stride);
            const uint16_t *b = (const uint16_t *)g->rhs + n * g->k;
            double sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += value(a[i]) * value(b[i]);
            ((float *)((uint8_t *)g->c + m * g->c_stride))[n] = (float)sum;
        }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return n * k * sizeof(uint16_t);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->n, w->k * sizeof(uint16_t));
}

const struct gemm_kernel float_gemv_fp16__ref = {run, rhs_bytes, work_bytes, pack_rhs};
