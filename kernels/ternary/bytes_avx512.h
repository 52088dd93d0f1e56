/* terna8 by vpdpbusd. A weight is 2 bits, w + 1: the unsigned side of the multiplication, and a quarter of the memory
 * that bytes would take; a shift and an and bring 64 of them to light for all rows of the tile.
 *
 * A 32-bit lane holds 16 weights of one column: byte b has those of K = b, 4 + b, 8 + b and 12 + b. Expects MR and NV. */
#ifndef TERNARY_BYTES_AVX512_H
#define TERNARY_BYTES_AVX512_H
#include "../pack/walk.h"
#include "row_sums.h"
#include <immintrin.h>
#include <stdbool.h>
#if !defined(__AVX512VNNI__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 16 * NV, GROUP = 4, LANE = 16, AHEAD = 4 };

static size_t bytes_of_panel(size_t k) { return (k + LANE - 1) / LANE * NR * 4; }

TILE_INLINE fetch(__m512i weights[NV], const __m512i *b) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++) {
        _mm_prefetch((const char *)(b + AHEAD * NV + j), _MM_HINT_T0);
        weights[j] = b[j];
    }
}

/* Four of K, and the next four of the weights come to light. */
TILE_INLINE step(__m512i sum[MR][NV], size_t mr, const uint8_t *a, size_t a_stride, __m512i weights[NV]) {
    __m512i w[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++) {
        w[j] = _mm512_and_si512(weights[j], _mm512_set1_epi8(3));
        weights[j] = _mm512_srli_epi32(weights[j], 2);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        __m512i a4 = _mm512_set1_epi32((int)load_u32(a + r * a_stride));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], w[j], a4);
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m512i sum[MR][NV];
    const __m512i *b = (const __m512i *)t->panel;
    const struct row_terms *terms = (const struct row_terms *)t->work + t->row;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_set1_epi32(terms[r].offset);
    __m512i weights[NV];
    size_t i = 0;
    for (; i + LANE <= t->k; i += LANE, b += NV) {
        fetch(weights, b);
#pragma clang loop unroll(full)
        for (size_t q = 0; q < LANE; q += GROUP)
            step(sum, mr, t->a + i + q, t->a_stride, weights);
    }
    if (i < t->k)
        fetch(weights, b);
#pragma clang loop unroll(disable)
    for (; i < t->k; i += GROUP) {
        bool whole = t->k - i >= GROUP;
        step(sum, mr, whole ? t->a + i : (const uint8_t *)&terms->last, whole ? t->a_stride : sizeof *terms, weights);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm512_storeu_si512(t->c + r * t->c_stride + 64 * j, sum[r][j]);
}
TILE_PAIR(tile)

static void run(const struct gemm_args *g) {
    row_sums(g->work, g);
    pair_run(&tile_pair, g, g->a, g->a_stride, bytes_of_panel(g->k));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * bytes_of_panel(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n, (void)k;
    return m * sizeof(struct row_terms);
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
