/* terna8 by vpmaddubsw: with weights as w + 1 = 0 .. 2 its 16-bit sums of two cannot saturate, and 63 of them still
 * fit 16 bits, so a step is 2 vector operations for 32 products.
 *
 * A weight is 2 bits: a 32-bit lane holds 16 of one column, byte b those of K = b, 4 + b, 8 + b and 12 + b. A shift and
 * an and bring 32 of them to light for all rows of the tile. Expects MR and NV. */
#ifndef TERNARY_BYTES_AVX2_H
#define TERNARY_BYTES_AVX2_H
#include "../pack/walk.h"
#include "row_sums.h"
#include <immintrin.h>
#include <stdbool.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 8 * NV, GROUP = 4, LANE = 16, ROUND = 60 * GROUP };

static size_t bytes_of_panel(size_t k) { return (k + LANE - 1) / LANE * NR * 4; }

/* Four of K, as 16-bit sums of two, and the next four of the weights come to light. */
TILE_INLINE step(__m256i narrow[MR][NV], size_t mr, const uint8_t *a, size_t a_stride, __m256i weights[NV]) {
    __m256i w[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++) {
        w[j] = _mm256_and_si256(weights[j], _mm256_set1_epi8(3));
        weights[j] = _mm256_srli_epi32(weights[j], 2);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        __m256i a4 = _mm256_set1_epi32((int)load_u32(a + r * a_stride));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            narrow[r][j] = _mm256_add_epi16(narrow[r][j], _mm256_maddubs_epi16(w[j], a4));
    }
}

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t i, size_t round_end, __m256i sum[MR * NV]) {
    __m256i narrow[MR][NV], done[MR * NV];
    const __m256i *b = (const __m256i *)t->panel + i / LANE * NV;
    const uint32_t *last = &((const struct row_terms *)t->work)[t->row].last;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            narrow[r][j] = _mm256_setzero_si256();
    for (; i < round_end; b += NV) {
        __m256i weights[NV];
        size_t end = round_end - i < LANE ? round_end : i + LANE;
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            weights[j] = b[j];
#pragma clang loop unroll(disable)
        for (; i < end; i += GROUP) {
            bool whole = t->k - i >= GROUP;
            step(narrow, mr, whole ? t->a + i : (const uint8_t *)last,
                 whole ? t->a_stride : sizeof(struct row_terms), weights);
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            done[r * NV + j] = narrow[r][j];
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < mr * NV; i++)
        sum[i] = _mm256_add_epi32(sum[i], _mm256_madd_epi16(done[i], _mm256_set1_epi16(1)));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m256i sum[MR * NV];
    const struct row_terms *terms = (const struct row_terms *)t->work + t->row;
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < mr * NV; i++)
        sum[i] = _mm256_set1_epi32(terms[i / NV].offset);
    for (size_t i = 0; i < t->k; i += ROUND)
        round_of(t, mr, i, t->k - i < ROUND ? t->k : i + ROUND, sum);
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < mr; r++)
        memcpy(t->c + r * t->c_stride, sum + r * NV, NV * sizeof *sum);
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
