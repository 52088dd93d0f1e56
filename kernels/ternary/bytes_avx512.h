/* terna8 by vpdpbusd. A weight is 2 bits, w + 1: the unsigned side of the multiplication, and a quarter of the memory
 * that bytes would take; a shift and an and bring 64 of them to light for all rows of the tile.
 *
 * A 32-bit lane holds 16 weights of one column: byte b has those of K = b, 4 + b, 8 + b and 12 + b. Expects MR, NV and
 * MAKE_TILES. */
#ifndef TERNARY_BYTES_AVX512_H
#define TERNARY_BYTES_AVX512_H
#include "../pack/one_row.h"
#include "row_sums.h"
#include <immintrin.h>
#if !defined(__AVX512VNNI__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 16 * NV, GROUP = 4, LANE = 16, AHEAD = MR == 1 ? 16 : 4 };

static size_t bytes_of_panel(size_t k) { return (k + LANE - 1) / LANE * NR * 4; }

/* Four of K: those at bits `shift` of every byte. */
TILE_INLINE step(__m512i sum[MR][NV], size_t mr, const uint32_t a4[MR], const __m512i *b, unsigned shift) {
    __m512i w[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        w[j] = _mm512_and_si512(_mm512_srli_epi32(b[j], shift), _mm512_set1_epi8(3));
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], w[j], _mm512_set1_epi32((int)a4[r]));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m512i sum[MR][NV];
    uint32_t a4[MR];
    const __m512i *b = (const __m512i *)t->panel;
    const int32_t *offset = (const int32_t *)t->work + t->row;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_set1_epi32(offset[r]);
    size_t i = 0;
    for (; i + LANE <= t->k; i += LANE, b += NV) {
        for (size_t j = 0; j < NV; j++)
            _mm_prefetch((const char *)(b + AHEAD * NV + j), _MM_HINT_T0);
#pragma clang loop unroll(full)
        for (unsigned q = 0; q < LANE / GROUP; q++) {
#pragma clang loop unroll(full)
            for (size_t r = 0; r < mr; r++)
                a4[r] = load_u32(t->a + r * t->a_stride + i + GROUP * q);
            step(sum, mr, a4, b, 2 * q);
        }
    }
#pragma clang loop unroll(disable)
    for (unsigned shift = 0; i < t->k; i += GROUP, shift += 2) {
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            a4[r] = load_u32_last(t->a + r * t->a_stride + i, t->k - i < GROUP ? t->k - i : GROUP);
        step(sum, mr, a4, b, shift);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm512_storeu_si512(t->c + r * t->c_stride + 64 * j, sum[r][j]);
}
MAKE_TILES(tile)

static void run(const struct gemm_args *g) {
    row_sums(g->work, g);
    tiles_run(g, g->a, g->a_stride, MR, NR, bytes_of_panel(g->k), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * bytes_of_panel(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n, (void)k;
    return m * sizeof(int32_t);
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    uint8_t *out = rhs;
    memset(out, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        uint8_t *lane = out + column / NR * bytes_of_panel(w->k) + column % NR * 4;
        for (size_t i = 0; i < w->k; i++)
            lane[i / LANE * NR * 4 + i % GROUP] |= (uint8_t)((row[i] + 1) << (i % LANE / GROUP * 2));
    }
}
#endif
