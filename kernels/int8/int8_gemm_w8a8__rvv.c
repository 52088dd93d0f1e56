/* int8_gemm_w8a8 for RISC-V's vectors of any length: as many columns side by side as a register has bytes.
 *
 * Two products of at most 128 * 127 fit 16 bits, so pairs of K go through vwmul and vwmacc, bytes from memory to the
 * multiplier, and are then added to the 32-bit sums: 4 registers a row. */
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <riscv_vector.h>
#if !defined(__riscv_vector)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MOST = 256 };

/* Columns of a panel: what the machine's registers hold, known at run time only. */
static size_t columns_of_panel(void) { return __riscv_vsetvl_e8m1(MOST); }

struct part {
    const int8_t *a, *panel;
    uint8_t *c;
    size_t a_stride, c_stride, k, nr, columns;
};

/* Two neighbours of K of one row. The sums follow for all rows together: each change of the width of an element is an
 * instruction of its own. */
static inline vint16m2_t pair_of(const int8_t *a, vint8m1_t b0, vint8m1_t b1, size_t vl) {
    return __riscv_vwmacc_vx_i16m2(__riscv_vwmul_vx_i16m2(b0, a[0], vl), a[1], b1, vl);
}
#define LAST(sum, row)                                                                                                 \
    sum = __riscv_vwadd_wv_i32m4(sum, __riscv_vwmul_vx_i16m2(b0, p->a[(row)*p->a_stride + i], vl), vl)
#define PUT(sum, row) __riscv_vse32_v_i32m4((int32_t *)(p->c + (row)*p->c_stride), sum, vl)

static void four_rows(const struct part *p) {
    size_t vl = __riscv_vsetvl_e8m1(p->columns), i = 0;
    vint32m4_t s0 = __riscv_vmv_v_x_i32m4(0, vl), s1 = s0, s2 = s0, s3 = s0;
    const int8_t *b = p->panel;
    for (; i + 2 <= p->k; i += 2, b += 2 * p->nr) {
        vint8m1_t b0 = __riscv_vle8_v_i8m1(b, vl), b1 = __riscv_vle8_v_i8m1(b + p->nr, vl);
        const int8_t *a = p->a + i;
        vint16m2_t p0 = pair_of(a, b0, b1, vl), p1 = pair_of(a + p->a_stride, b0, b1, vl);
        vint16m2_t p2 = pair_of(a + 2 * p->a_stride, b0, b1, vl), p3 = pair_of(a + 3 * p->a_stride, b0, b1, vl);
        s0 = __riscv_vwadd_wv_i32m4(s0, p0, vl);
        s1 = __riscv_vwadd_wv_i32m4(s1, p1, vl);
        s2 = __riscv_vwadd_wv_i32m4(s2, p2, vl);
        s3 = __riscv_vwadd_wv_i32m4(s3, p3, vl);
    }
    if (i < p->k) {
        vint8m1_t b0 = __riscv_vle8_v_i8m1(b, vl);
        LAST(s0, 0);
        LAST(s1, 1);
        LAST(s2, 2);
        LAST(s3, 3);
    }
    PUT(s0, 0);
    PUT(s1, 1);
    PUT(s2, 2);
    PUT(s3, 3);
}

static void one_row(const struct part *p) {
    size_t vl = __riscv_vsetvl_e8m1(p->columns), i = 0;
    vint32m4_t sum = __riscv_vmv_v_x_i32m4(0, vl);
    const int8_t *b = p->panel;
    for (; i + 2 <= p->k; i += 2, b += 2 * p->nr) {
        vint8m1_t b0 = __riscv_vle8_v_i8m1(b, vl), b1 = __riscv_vle8_v_i8m1(b + p->nr, vl);
        sum = __riscv_vwadd_wv_i32m4(sum, pair_of(p->a + i, b0, b1, vl), vl);
    }
    if (i < p->k) {
        vint8m1_t b0 = __riscv_vle8_v_i8m1(b, vl);
        LAST(sum, 0);
    }
    PUT(sum, 0);
}

static void run(const struct gemm_args *g) {
    struct part p = {.panel = g->rhs, .a_stride = g->a_stride, .c_stride = g->c_stride, .k = g->k};
    p.nr = columns_of_panel();
    for (size_t n = 0; n < g->n; n += p.nr, p.panel += g->k * p.nr) {
        p.columns = g->n - n < p.nr ? g->n - n : p.nr;
        for (size_t m = 0; m < g->m;) {
            size_t rows = g->m - m < 4 ? 1 : 4;
            p.a = (const int8_t *)g->a + m * g->a_stride;
            p.c = (uint8_t *)g->c + m * g->c_stride + n * 4;
            (rows == 4 ? four_rows : one_row)(&p);
            m += rows;
        }
    }
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

const struct gemm_kernel int8_gemm_w8a8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
