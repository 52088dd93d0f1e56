/* xnor_gemm_w1a1 and xnor_gemv_w1a1 by vcpop.v of Zvbb: xor, count, add for a group of vector registers, whatever
 * their length.
 *
 * Lanes run along N, 64 bits of K each, and a word of A enters from a scalar register for nothing. Panels are as wide
 * as the registers of the machine that packs. */
#ifndef XNOR_ZVBB_H
#define XNOR_ZVBB_H
#include "../pack/panel.h"
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_zvbb)
#error "compile this file with the flags of its token in isa.def"
#endif

/* 4 rows x 4 registers of sums, 4 of B, 4 to count in. */
enum { MR = ROWS(4) };
/* A tile of the longest registers would not fit the buffer of the edge. */
static inline size_t columns(void) {
    size_t most = __riscv_vsetvlmax_e64m4();
    return most < 64 ? most : 64;
}

#define WORD(r) load_word(t->a + (r) * t->a_stride + i)
#define ADD_WORD(r)                                                                                                    \
    if ((r) < mr)                                                                                                      \
    sum##r = __riscv_vadd(sum##r, __riscv_vcpop(__riscv_vxor(b, WORD(r), vl), vl), vl)
#define STORE(r)                                                                                                       \
    if ((r) < mr)                                                                                                      \
    __riscv_vse32((int32_t *)(t->c + (r) * t->c_stride), dot_of(sum##r, t->k, vl), vl)

static inline vint32m2_t dot_of(vuint64m4_t differ, size_t k, size_t vl) {
    vuint32m2_t narrow = __riscv_vnsrl(differ, 0, vl);
    return __riscv_vreinterpret_i32m2(__riscv_vrsub(__riscv_vadd(narrow, narrow, vl), (uint32_t)k, vl));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t vl = columns(), bytes = bits_row_bytes(t->k);
    const uint64_t *panel = (const uint64_t *)t->panel;
    vuint64m4_t sum0 = __riscv_vmv_v_x_u64m4(0, vl), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (size_t i = 0; i < bytes; i += 8, panel += vl) {
        vuint64m4_t b = __riscv_vle64_v_u64m4(panel, vl);
        ADD_WORD(0);
        ADD_WORD(1);
        ADD_WORD(2);
        ADD_WORD(3);
    }
    STORE(0);
    STORE(1);
    STORE(2);
    STORE(3);
}
TILES(4, tile)

static void run(const struct gemm_args *g) {
    size_t nr = columns();
    tiles_run(g, g->a, g->a_stride, MR, nr, panel_bytes(bits_row_bytes(g->k), nr, 8), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), columns(), 8);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), columns(), 8);
}
#endif
