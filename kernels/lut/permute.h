/* One row of bytes times weights of few bits by vpermw and vpermi2w: a 16-bit lane holds 16 one-bit weights of a
 * column, of which 5, 5 and 6 at a time select a sum of as many activations from tables that lie in registers. The
 * selectors ignore the bits above their own, so two shifts are all the unpacking. Lanes run along N, a plane of a
 * weight is a vector of lanes by itself, and the tables serve all columns and planes. */
#ifndef LUT_PERMUTE_H
#define LUT_PERMUTE_H
#include "../pack/tiles.h"
#include "codes.h"
#include <immintrin.h>
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif

/* LANES columns of one plane in a vector, NV vectors in a panel. 16 steps of 16 activations reach at most -32768. */
enum { LANES = 32, NV = 8, COLUMNS = LANES * NV, STEP = 16, STEPS = 16, TABLES = 4 };

static inline size_t steps_of(size_t k) { return (k + STEP - 1) / STEP; }
static inline size_t panels_of(size_t n) { return (n + COLUMNS - 1) / COLUMNS; }

/* Entry i is the sum of those of the 5 activations whose bit is set in i. */
static inline __m512i sums_of_5(const int16_t *a) {
    __m512i sums = _mm512_maskz_set1_epi16(0xaaaaaaaa, a[0]);
    sums = _mm512_mask_add_epi16(sums, 0xcccccccc, sums, _mm512_set1_epi16(a[1]));
    sums = _mm512_mask_add_epi16(sums, 0xf0f0f0f0, sums, _mm512_set1_epi16(a[2]));
    sums = _mm512_mask_add_epi16(sums, 0xff00ff00, sums, _mm512_set1_epi16(a[3]));
    return _mm512_mask_add_epi16(sums, 0xffff0000, sums, _mm512_set1_epi16(a[4]));
}

static void build(__m512i *tables, const int8_t *a, size_t k) {
    for (size_t i = 0; i < k; i += STEP, tables += TABLES) {
        int16_t wide[STEP];
#pragma clang loop vectorize(disable) unroll(disable)
        for (size_t j = 0; j < STEP; j++)
            wide[j] = i + j < k ? a[i + j] : 0;
        tables[0] = sums_of_5(wide);
        tables[1] = sums_of_5(wide + 5);
        tables[2] = sums_of_5(wide + 10);
        tables[3] = _mm512_add_epi16(tables[2], _mm512_set1_epi16(wide[15]));
    }
}

TILE_INLINE look_up(__m512i sum[NV], const __m512i *tables, const __m512i *words) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++) {
        __m512i first = _mm512_permutexvar_epi16(words[j], tables[0]);
        __m512i second = _mm512_permutexvar_epi16(_mm512_srli_epi16(words[j], 5), tables[1]);
        __m512i third = _mm512_permutex2var_epi16(tables[2], _mm512_srli_epi16(words[j], 10), tables[3]);
        sum[j] = _mm512_add_epi16(_mm512_add_epi16(sum[j], first), _mm512_add_epi16(second, third));
    }
}

/* Columns i and i + 16 of a vector share the 32-bit lane i. */
static void widen(__m512i wide[2 * NV], const __m512i sum[NV], unsigned planes) {
#pragma clang loop unroll(disable)
    for (unsigned j = 0; j < NV; j++) {
        __m128i plane = _mm_cvtsi32_si128((int)(j % planes));
        __m512i even = _mm512_srai_epi32(_mm512_slli_epi32(sum[j], 16), 16), odd = _mm512_srai_epi32(sum[j], 16);
        __m512i *to = wide + j / planes * 2;
        to[0] = _mm512_add_epi32(to[0], _mm512_sll_epi32(even, plane));
        to[1] = _mm512_add_epi32(to[1], _mm512_sll_epi32(odd, plane));
    }
}

static void panel(__m512i wide[2 * NV], const __m512i *tables, const __m512i *words, size_t count, unsigned planes) {
    memset(wide, 0, 2 * NV * sizeof *wide);
    for (size_t i = 0; i < count; i += STEPS) {
        __m512i sum[NV], finished[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[j] = _mm512_setzero_si512();
#pragma clang loop unroll(disable)
        for (size_t s = i; s < count && s < i + STEPS; s++, tables += TABLES, words += NV)
            look_up(sum, tables, words);
        /* a copy, since what is indexed by a loop does not stay in registers */
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            finished[j] = sum[j];
        widen(wide, finished, planes);
    }
}

static void run(const struct gemm_args *g) {
    const struct codes *codes = g->rhs;
    const __m512i *words = (const __m512i *)(codes + 1);
    __m512i *tables = g->work, scale = _mm512_set1_epi32(codes->scale);
    __m512i start = _mm512_set1_epi32(codes_dot(codes, 0, row_sum(g->a, g->k)));
    int32_t *c = g->c;
    size_t count = steps_of(g->k), planes = (size_t)codes->planes;
    build(tables, g->a, g->k);
    for (size_t n = 0; n < g->n; words += count * NV) {
        __m512i wide[2 * NV];
        panel(wide, tables, words, count, (unsigned)planes);
        for (size_t j = 0; j < 2 * NV / planes && n < g->n; j++, n += 16) {
            __mmask16 there = g->n - n < 16 ? (__mmask16)((1u << (g->n - n)) - 1) : 0xffff;
            _mm512_mask_storeu_epi32(c + n, there, _mm512_add_epi32(start, _mm512_mullo_epi32(wide[j], scale)));
        }
    }
}

/* For one plane; other schemes ask for as many columns as they have planes (forward.h). */
static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return sizeof(struct codes) + panels_of(n) * steps_of(k) * NV * sizeof(__m512i);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return steps_of(k) * TABLES * sizeof(__m512i);
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct codes *codes = rhs;
    uint16_t *words = (uint16_t *)(codes + 1);
    *codes = codes_of(w);
    size_t planes = (size_t)codes->planes, columns = COLUMNS / planes;
    memset(words, 0, panels_of(w->n * planes) * steps_of(w->k) * NV * sizeof(__m512i));
    for (size_t n = 0; n < w->n; n++) {
        size_t vector = n % columns / LANES * planes, lane = n % 16 * 2 + n % LANES / 16;
        uint16_t *to = words + (n / columns * steps_of(w->k) * NV + vector) * LANES + lane;
        for (size_t i = 0; i < w->k; i++) {
            unsigned code = code_of(codes, ((const int8_t *)w->b)[n * w->b_stride + i]);
#pragma clang loop vectorize(disable) unroll(disable)
            for (size_t plane = 0; plane < planes; plane++)
                to[(i / STEP * NV + plane) * LANES] |= (uint16_t)((code >> plane & 1) << i % STEP);
        }
    }
}
#endif
