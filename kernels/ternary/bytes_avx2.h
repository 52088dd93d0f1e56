/* terna8 by vpmaddubsw: with weights as w + 1 = 0 .. 2 its 16-bit sums of two cannot saturate, and 63 of them still
 * fit 16 bits, so a step is 2 vector operations for 32 products.
 *
 * A weight is 2 bits: a 32-bit lane holds 16 of one column, byte b those of K = b, 4 + b, 8 + b and 12 + b. A shift and
 * an and bring 32 of them to light for all rows of the tile. Expects MR, NV and MAKE_TILES. */
#ifndef TERNARY_BYTES_AVX2_H
#define TERNARY_BYTES_AVX2_H
#include "../pack/one_row.h"
#include "row_sums.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 8 * NV, GROUP = 4, LANE = 16, ROUND = 60 * GROUP };

static size_t bytes_of_panel(size_t k) { return (k + LANE - 1) / LANE * NR * 4; }

/* Four of K, those at bits `shift` of every byte, as 16-bit sums of two. */
TILE_INLINE step(__m256i narrow[MR][NV], size_t mr, const uint32_t a4[MR], const __m256i *b, int shift) {
    __m256i w[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        w[j] = _mm256_and_si256(_mm256_srli_epi32(b[j], shift), _mm256_set1_epi8(3));
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            narrow[r][j] =
                _mm256_add_epi16(narrow[r][j], _mm256_maddubs_epi16(w[j], _mm256_set1_epi32((int)a4[r])));
}

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, __m256i sum[MR][NV]) {
    __m256i narrow[MR][NV];
    const __m256i *b = (const __m256i *)t->panel + begin / LANE * NV;
    uint32_t a4[MR];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            narrow[r][j] = _mm256_setzero_si256();
    size_t i = begin;
    for (; i + LANE <= end; i += LANE, b += NV)
#pragma clang loop unroll(full)
        for (int q = 0; q < LANE / GROUP; q++) {
#pragma clang loop unroll(full)
            for (size_t r = 0; r < mr; r++)
                a4[r] = load_u32(t->a + r * t->a_stride + i + (size_t)(GROUP * q));
            step(narrow, mr, a4, b, 2 * q);
        }
#pragma clang loop unroll(disable)
    for (int shift = 0; i < end; i += GROUP, shift += 2) {
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            a4[r] = load_u32_last(t->a + r * t->a_stride + i, end - i < GROUP ? end - i : GROUP);
        step(narrow, mr, a4, b, shift);
    }
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
