/* Rows of A into lanes and sums out of them with 512-bit vectors: both are transpositions of 16 x 16 words. */
#ifndef LUT_LANES_AVX512_H
#define LUT_LANES_AVX512_H
#include "lanes.h"
#include <immintrin.h>

enum { LANES_STORE = 16 };

/* Not copied into its callers: it is most of their code. */
static __attribute__((noinline)) void transpose(__m512i x[16]) {
    __m512i t[16], u[16];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 4)
#pragma clang loop unroll(full)
        for (int j = 0; j < 2; j++) {
            u[i + 2 * j] = _mm512_unpacklo_epi64(t[i + j], t[i + j + 2]);
            u[i + 2 * j + 1] = _mm512_unpackhi_epi64(t[i + j], t[i + j + 2]);
        }
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
        __m512i even = _mm512_shuffle_i32x4(u[j], u[4 + j], 0x88), odd = _mm512_shuffle_i32x4(u[j], u[4 + j], 0xdd);
        __m512i even2 = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0x88);
        __m512i odd2 = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0xdd);
        x[j] = _mm512_shuffle_i32x4(even, even2, 0x88);
        x[4 + j] = _mm512_shuffle_i32x4(odd, odd2, 0x88);
        x[8 + j] = _mm512_shuffle_i32x4(even, even2, 0xdd);
        x[12 + j] = _mm512_shuffle_i32x4(odd, odd2, 0xdd);
    }
}

/* 64 bytes of 16 rows: vector i has bytes 4 i .. 4 i + 3 of all of them. Rows and bytes that are not there are 0. */
static inline void load_half(__m512i x[16], const struct lanes_rows *rows, size_t half, size_t from, __mmask64 there) {
    const int8_t *a = rows->a + half * HALF * rows->stride + from;
#pragma clang loop unroll(disable)
    for (size_t row = 0; row < HALF; row++)
        x[row] = half * HALF + row < rows->count ? _mm512_maskz_loadu_epi8(there, a + row * rows->stride)
                                                 : _mm512_setzero_si512();
    transpose(x);
}

static __attribute__((noinline)) void lanes_load(vec *a, const struct lanes_rows *rows, size_t k, size_t from, size_t count) {
    for (size_t i = 0; i < count; i += 64) {
        __m512i low[16], high[16];
        size_t left = from + i < k ? k - from - i : 0;
        __mmask64 there = left < 64 ? ((__mmask64)1 << left) - 1 : ~(__mmask64)0;
#pragma clang loop unroll(disable)
        for (size_t half = 0; half < 2; half++)
            load_half(half ? high : low, rows, half, from + i, there);
        __m512i *out = (__m512i *)(a + i);
        for (size_t j = 0; j < 16 && i + 4 * j < count; j++, out += 4) {
            /* rows of the upper half go to the odd words */
            __m512i first = _mm512_mask_blend_epi16(0xaaaaaaaa, low[j], _mm512_slli_epi32(high[j], 16));
            __m512i second = _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(low[j], 16), high[j]);
            out[0] = _mm512_srai_epi16(_mm512_slli_epi16(first, 8), 8);
            out[1] = _mm512_srai_epi16(first, 8);
            out[2] = _mm512_srai_epi16(_mm512_slli_epi16(second, 8), 8);
            out[3] = _mm512_srai_epi16(second, 8);
        }
    }
}

static __attribute__((noinline)) void lanes_store(const struct lanes_result *to, const int32_t *wide, const struct codes *codes,
                               const int32_t *row_sums) {
    for (size_t half = 0; half * HALF < to->rows; half++) {
        __m512i sum_of_a = _mm512_loadu_si512(row_sums + half * HALF);
        __m512i start = _mm512_mullo_epi32(sum_of_a, _mm512_set1_epi32(codes->offset)), x[16];
        __m128i twice = _mm_cvtsi32_si128(codes->scale - 1); /* the scale is 1 or 2 */
        uint8_t *c = to->c + half * HALF * to->stride;
        size_t rows = to->rows - half * HALF < HALF ? to->rows - half * HALF : HALF;
        for (size_t n = 0; n < to->columns; n += 16) {
#pragma clang loop unroll(disable)
            for (size_t j = 0; j < 16; j++) {
                __m512i sums = _mm512_load_si512(wide + (n + j) * LANES + half * HALF);
                x[j] = _mm512_add_epi32(start, _mm512_sll_epi32(sums, twice));
            }
            transpose(x);
            size_t left = to->columns - n;
            __mmask16 there = left < 16 ? (__mmask16)((1u << left) - 1) : 0xffff;
#pragma clang loop unroll(disable)
            for (size_t row = 0; row < rows; row++)
                _mm512_mask_storeu_epi32(c + row * to->stride + n * 4, there, x[row]);
        }
    }
}
#endif
