/* Products of int8 with weights of few bits for RISC-V's vectors of any length: a weight is a byte that holds its
 * value, and one vwmacc multiplies and adds to 16-bit sums. How many steps these hold follows from the largest weight,
 * which is found when B is packed; then they go into C, which holds the sums in between. */
#ifndef PACK_SMALL_RVV_H
#define PACK_SMALL_RVV_H
#include "panel.h"
#include "tiles.h"
#include <stdbool.h>
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MOST_COLUMNS = 512, MR = 4 };
/* In front of the panels. */
struct small_head {
    alignas(64) uint64_t round;
};

/* Columns of a panel: what the machine's registers hold, known at run time only. */
static size_t columns_of_panel(void) { return __riscv_vsetvl_e8m2(MOST_COLUMNS); }

struct part {
    const int8_t *a, *panel;
    uint8_t *c;
    size_t a_stride, c_stride, k, nr, columns, round;
};

static inline void put(int32_t *c, vint16m4_t sum, bool more, size_t vl) {
    vint32m8_t wide = __riscv_vwcvt_x_x_v_i32m8(sum, vl);
    if (more)
        wide = __riscv_vwadd_wv_i32m8(__riscv_vle32_v_i32m8(c, vl), sum, vl);
    __riscv_vse32_v_i32m8(c, wide, vl);
}
#define ADD(r)                                                                                                         \
    if ((r) < mr)                                                                                                      \
    s##r = __riscv_vwmacc_vx_i16m4(s##r, p->a[(r) * p->a_stride + i], b, vl)
#define PUT(r)                                                                                                         \
    if ((r) < mr)                                                                                                      \
    put((int32_t *)(p->c + (r) * p->c_stride), s##r, begin > 0, vl)

static inline __attribute__((always_inline)) void tile(const struct part *p, size_t mr) {
    const size_t vl = __riscv_vsetvl_e8m2(p->columns);
    const int8_t *from = p->panel;
    for (size_t begin = 0, end; begin < p->k; begin = end) {
        vint16m4_t s0 = __riscv_vmv_v_x_i16m4(0, vl), s1 = s0, s2 = s0, s3 = s0;
        end = p->k - begin < p->round ? p->k : begin + p->round;
#pragma clang loop unroll_count(2)
        for (size_t i = begin; i < end; i++, from += p->nr) {
            vint8m2_t b = __riscv_vle8_v_i8m2(from, vl);
            ADD(0);
            ADD(1);
            ADD(2);
            ADD(3);
        }
        PUT(0);
        PUT(1);
        PUT(2);
        PUT(3);
    }
}
static void four_rows(const struct part *p) { tile(p, MR); }
static void one_row(const struct part *p) { tile(p, 1); }

static void run(const struct gemm_args *g) {
    const struct small_head *head = g->rhs;
    struct part p = {.panel = (const int8_t *)(head + 1), .a_stride = g->a_stride, .c_stride = g->c_stride, .k = g->k,
                     .nr = columns_of_panel(), .round = head->round};
    for (size_t n = 0; n < g->n; n += p.nr, p.panel += g->k * p.nr) {
        p.columns = g->n - n < p.nr ? g->n - n : p.nr;
        for (size_t m = 0, rows; m < g->m; m += rows) {
            rows = g->m - m < MR ? 1 : MR;
            p.a = (const int8_t *)g->a + m * g->a_stride;
            p.c = (uint8_t *)g->c + m * g->c_stride + n * 4;
            (rows == MR ? four_rows : one_row)(&p);
        }
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return sizeof(struct small_head) + panels_bytes(n, k, columns_of_panel(), 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct small_head *head = rhs;
    int most = 1;
    for (size_t n = 0; n < w->n; n++)
        for (size_t i = 0; i < w->k; i++) {
            int weight = ((const int8_t *)w->b)[n * w->b_stride + i];
            weight = weight < 0 ? -weight : weight;
            most = weight > most ? weight : most;
        }
    head->round = (uint64_t)(32767 / (128 * most));
    panel_pack(head + 1, w->b, w->b_stride, w->n, w->k, columns_of_panel(), 1);
}
#endif
