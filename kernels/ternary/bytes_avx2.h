/* terna8 by vpmaddubsw: with weights as w + 1 = 0 .. 2 its 16-bit sums of two cannot saturate, and 63 of them still
 * fit 16 bits, so a step is 2 vector operations for 32 products. Expects MR, NV and MAKE_TILES. */
#ifndef TERNARY_BYTES_AVX2_H
#define TERNARY_BYTES_AVX2_H
#include "../pack/one_row.h"
#include "../pack/panel.h"
#include "row_sums.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 8 * NV, GROUP = 4, ROUND = 63 * GROUP };

/* Four of K, as 16-bit sums of two. */
TILE_INLINE step(__m256i narrow[MR][NV], size_t r, uint32_t a4, const __m256i *b) {
    __m256i a = _mm256_set1_epi32((int)a4);
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        narrow[r][j] = _mm256_add_epi16(narrow[r][j], _mm256_maddubs_epi16(b[j], a));
}

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, __m256i sum[MR][NV]) {
    __m256i narrow[MR][NV];
    const __m256i *b = (const __m256i *)t->panel + begin / GROUP * NV;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            narrow[r][j] = _mm256_setzero_si256();
    size_t i = begin;
    for (; i + GROUP <= end; i += GROUP, b += NV)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(narrow, r, load_u32(t->a + r * t->a_stride + i), b);
    if (i < end)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(narrow, r, load_u32_tail(t->a + r * t->a_stride + i, end - i), b);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm256_add_epi32(sum[r][j], _mm256_madd_epi16(narrow[r][j], _mm256_set1_epi16(1)));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m256i sum[MR][NV];
    const int32_t *offset = (const int32_t *)t->work + t->row;
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm256_set1_epi32(offset[r]);
    for (size_t i = 0; i < t->k; i += ROUND)
        round_of(t, mr, i, t->k - i < ROUND ? t->k : i + ROUND, sum);
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < NV; j++)
            _mm256_storeu_si256((__m256i *)(t->c + r * t->c_stride + 32 * j), sum[r][j]);
}
MAKE_TILES(tile)

static void run(const struct gemm_args *g) {
    row_sums(g->work, g);
    tiles_run(g, g->a, g->a_stride, MR, NR, panel_bytes(g->k, NR, GROUP), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, k, NR, GROUP);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n, (void)k;
    return m * sizeof(int32_t);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, w->k, NR, GROUP);
    /* the filling becomes 1 as well; it meets zeros of A or columns that nobody reads */
    uint8_t *bytes = rhs;
    for (size_t i = 0, end = rhs_bytes(0, w->n, w->k); i < end; i++)
        bytes[i]++;
}
#endif
