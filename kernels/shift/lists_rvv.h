/* Shifts for RISC-V's vectors of any length, by the lists of lists.h: values that share a weight are added first, and
 * sums only double. Rows of A lie side by side as bytes, as many as two registers hold; an entry of a list is one
 * widening addition for all of them. */
#ifndef SHIFT_LISTS_RVV_H
#define SHIFT_LISTS_RVV_H
#include "lists_pack.h"
#include <riscv_vector.h>
#include <stdbool.h>
#include <string.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { ROUND = 255 /* bytes that 16 bits hold */ };

static size_t rows_side_by_side(void) { return __riscv_vsetvl_e8m2(256); }

/* All values of a list. */
static inline vint32m8_t add_list(vint32m8_t total, const int8_t *a, const uint32_t *list, size_t count, bool minus,
                                  size_t vl) {
    while (count > 0) {
        size_t now = count < ROUND ? count : ROUND;
        vint16m4_t sum = __riscv_vmv_v_x_i16m4(0, vl);
#pragma clang loop unroll_count(4)
        for (size_t i = 0; i < now; i++)
            sum = __riscv_vwadd_wv_i16m4(sum, __riscv_vle8_v_i8m2(a + list[i], vl), vl);
        total = minus ? __riscv_vwsub_wv_i32m8(total, sum, vl) : __riscv_vwadd_wv_i32m8(total, sum, vl);
        list += now;
        count -= now;
    }
    return total;
}

/* One column: lists from the heaviest weight down, so that each step only doubles what there is. */
static void run_column(uint8_t *c, size_t c_stride, const int8_t *a, const uint32_t *counts, size_t vl) {
    const uint32_t *list = counts + LISTS;
    vint32m8_t sum = __riscv_vmv_v_x_i32m8(0, vl);
    for (size_t l = 0; l < LISTS; l += SIGNS) {
        sum = __riscv_vadd_vv_i32m8(sum, sum, vl);
        sum = add_list(sum, a, list, counts[l], false, vl);
        list += counts[l];
        sum = add_list(sum, a, list, counts[l + 1], true, vl);
        list += counts[l + 1];
    }
    __riscv_vsse32_v_i32m8((int32_t *)c, (ptrdiff_t)c_stride, sum, vl);
}

static void run(const struct gemm_args *g) {
    const size_t most = rows_side_by_side();
    int8_t *side = g->work;
    for (size_t m = 0, vl; m < g->m; m += vl) {
        const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
        const uint32_t *lists = g->rhs;
        vl = g->m - m < most ? g->m - m : most;
        for (size_t i = 0; i < g->k; i++)
            __riscv_vse8_v_i8m2(side + i * most, __riscv_vlse8_v_i8m2(a + i, (ptrdiff_t)g->a_stride, vl), vl);
        for (size_t n = 0; n < g->n; n++, lists += LISTS + g->k)
            run_column((uint8_t *)g->c + m * g->c_stride + n * 4, g->c_stride, side, lists, vl);
    }
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return k * rows_side_by_side();
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) { lists_pack(rhs, w, rows_side_by_side()); }
#endif
