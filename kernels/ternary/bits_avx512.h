/* terna1 by vpternlogd, vpopcntd, vpaddd: a bit of A selects between the planes of +1 and of -1, and what it selects
 * is where the product is -1. Lanes run along N, 32 bits of K each. Expects MR and NV. */
#ifndef TERNARY_BITS_AVX512_H
#define TERNARY_BITS_AVX512_H
#include "../pack/walk.h"
#include "../pack/trits.h"
#include <immintrin.h>
#if !defined(__AVX512VPOPCNTDQ__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 16 * NV, SELECT = 0xca, AHEAD = MR == 1 ? 16 : 0 };

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m512i minus[MR][NV];
    const __m512i *nonzero = (const __m512i *)t->panel, *b = nonzero + NV;
    size_t row_bytes = bits_row_bytes(t->k);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            minus[r][j] = _mm512_setzero_si512();
    for (size_t i = 0; i < row_bytes; i += 4, b += 2 * NV) {
        /* one row streams B from far away; with more of them it comes from near */
        for (size_t j = 0; AHEAD > 0 && j < 2 * NV; j++)
            _mm_prefetch((const char *)(b + AHEAD * 2 * NV + j), _MM_HINT_T0);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            __m512i a = _mm512_set1_epi32((int)load_u32(t->a + r * t->a_stride + i));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                minus[r][j] = _mm512_add_epi32(
                    minus[r][j], _mm512_popcnt_epi32(_mm512_ternarylogic_epi32(a, b[j], b[NV + j], SELECT)));
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm512_storeu_si512(t->c + r * t->c_stride + 64 * j,
                                _mm512_sub_epi32(nonzero[j], _mm512_add_epi32(minus[r][j], minus[r][j])));
}
TILE_PAIR(tile)

static void run(const struct gemm_args *g) {
    pair_run(&tile_pair, g, g->a, g->a_stride, trits_panel_bytes(bits_row_bytes(g->k), NR, 4));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return trits_bytes(n, bits_row_bytes(k), NR, 4);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    trits_pack(rhs, w, bits_row_bytes(w->k), NR, 4, TRITS_PLUS);
}
#endif
