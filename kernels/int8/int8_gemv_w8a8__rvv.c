/* int8_gemv_w8a8 for RISC-V's vectors of any length: lanes run along N, so there is no horizontal sum. Two products of
 * at most 128 * 127 fit 16 bits; with one row, sums of twice the product's columns fit the registers. */
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

static size_t columns_of_panel(void) { return __riscv_vsetvl_e8m2(512); }

static void run_panel(int32_t *c, const int8_t *a, const int8_t *b, size_t k, size_t nr, size_t columns) {
    const size_t vl = __riscv_vsetvl_e8m2(columns);
    vint32m8_t sum = __riscv_vmv_v_x_i32m8(0, vl);
    size_t i = 0;
    for (; i + 2 <= k; i += 2, b += 2 * nr) {
        vint16m4_t pair = __riscv_vwmul_vx_i16m4(__riscv_vle8_v_i8m2(b, vl), a[i], vl);
        pair = __riscv_vwmacc_vx_i16m4(pair, a[i + 1], __riscv_vle8_v_i8m2(b + nr, vl), vl);
        sum = __riscv_vwadd_wv_i32m8(sum, pair, vl);
    }
    if (i < k)
        sum = __riscv_vwadd_wv_i32m8(sum, __riscv_vwmul_vx_i16m4(__riscv_vle8_v_i8m2(b, vl), a[i], vl), vl);
    __riscv_vse32_v_i32m8(c, sum, vl);
}

static void run(const struct gemm_args *g) {
    const int8_t *b = g->rhs;
    const size_t nr = columns_of_panel();
    for (size_t n = 0; n < g->n; n += nr, b += g->k * nr)
        run_panel((int32_t *)g->c + n, g->a, b, g->k, nr, g->n - n < nr ? g->n - n : nr);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, k, columns_of_panel(), 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, w->k, columns_of_panel(), 1);
}

const struct gemm_kernel int8_gemv_w8a8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
