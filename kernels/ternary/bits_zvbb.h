/* terna1 by vcpop.v of Zvbb: differ = (a & nonzero) ^ minus has a 1 where the product is -1, so
 * dot = number of non-zero weights - 2 * popcount(differ). Lanes run along N, 64 bits of K each, and a word of A enters
 * from a scalar register; panels are as wide as the registers of the machine that packs. */
#ifndef TERNARY_BITS_ZVBB_H
#define TERNARY_BITS_ZVBB_H
#include "../pack/tiles.h"
#include "../pack/trits.h"
#include <riscv_vector.h>
#if !defined(__riscv_zvbb)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4 }; /* 4 rows x 4 registers of sums, 8 of B, 4 to count in */
/* A tile of the longest registers would not fit the buffer of the edge. */
static inline size_t columns(void) {
    size_t most = __riscv_vsetvlmax_e64m4();
    return most < 64 ? most : 64;
}

static inline uint64_t word_of(const uint8_t *from) {
    uint64_t word;
    memcpy(&word, __builtin_assume_aligned(from, sizeof word), sizeof word);
    return word;
}

#define ADD_WORD(r)                                                                                                    \
    if ((r) < mr)                                                                                                      \
    sum##r = __riscv_vadd(                                                                                             \
        sum##r,                                                                                                        \
        __riscv_vcpop(__riscv_vxor(__riscv_vand(nonzero, word_of(t->a + (r) * t->a_stride + i), vl), minus, vl), vl),  \
        vl)
#define STORE(r)                                                                                                       \
    if ((r) < mr) {                                                                                                    \
        vint32m2_t twice_ = __riscv_vreinterpret_v_u32m2_i32m2(__riscv_vnsrl(__riscv_vadd(sum##r, sum##r, vl), 0, vl));\
        __riscv_vse32((int32_t *)(t->c + (r) * t->c_stride), __riscv_vsub(counts, twice_, vl), vl);                    \
    }

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t vl = columns(), bytes = bits_row_bytes(t->k);
    const vint32m2_t counts = __riscv_vle32_v_i32m2((const int32_t *)t->panel, vl);
    const uint64_t *panel = (const uint64_t *)(t->panel + 4 * vl);
    vuint64m4_t sum0 = __riscv_vmv_v_x_u64m4(0, vl), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (size_t i = 0; i < bytes; i += 8, panel += 2 * vl) {
        vuint64m4_t nonzero = __riscv_vle64_v_u64m4(panel, vl), minus = __riscv_vle64_v_u64m4(panel + vl, vl);
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
TILES_4(tile)

static void run(const struct gemm_args *g) {
    size_t nr = columns();
    tiles_run(g, g->a, g->a_stride, MR, nr, trits_panel_bytes(bits_row_bytes(g->k), nr, 8), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return trits_bytes(n, bits_row_bytes(k), columns(), 8);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    trits_pack(rhs, w, bits_row_bytes(w->k), columns(), 8, TRITS_NONZERO);
}
#endif
