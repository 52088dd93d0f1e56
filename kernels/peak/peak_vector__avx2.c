/* Loops over 256 bits. */
#include "loop.h"
#include <immintrin.h>

#define ZERO _mm256_setzero_si256()
#define A _mm256_set1_epi32(0x03020103)
#define B _mm256_set1_epi32(0x0f0a0501)

/* The table is chosen by the other operand: one shuffle is xor and popcount of 32 nibbles. */
#define CHOOSE_STEP(i) acc[i] = _mm256_add_epi8(acc[i], _mm256_shuffle_epi8(a, b))
PEAK_LOOP(peak_xnor_choose__avx2, "x", __m256i, 12, A, B, ZERO, CHOOSE_STEP)

static inline __m256i nibble_counts(__m256i x) {
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
                                           2, 3, 2, 3, 3, 4);
    __m256i lows = _mm256_shuffle_epi8(table, _mm256_and_si256(x, low));
    return _mm256_add_epi8(lows, _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
}

/* The usual way: xor first, then one table for all. */
#define NIBBLES_STEP(i) acc[i] = _mm256_add_epi8(acc[i], nibble_counts(_mm256_xor_si256(a, b)))
PEAK_LOOP(peak_xnor_nibbles__avx2, "x", __m256i, 8, A, B, ZERO, NIBBLES_STEP)

/* A full adder in front of it halves the number of table look-ups. */
#define CARRY_STEP(i)                                                                                                  \
    do {                                                                                                               \
        __m256i x1 = _mm256_xor_si256(a, b), half = _mm256_xor_si256(sum[i], x1);                                      \
        OPAQUE("x", a);                                                                                                \
        __m256i x2 = _mm256_xor_si256(a, b);                                                                           \
        __m256i carry = _mm256_or_si256(_mm256_and_si256(sum[i], x1), _mm256_and_si256(half, x2));                     \
        sum[i] = _mm256_xor_si256(half, x2);                                                                           \
        acc[i] = _mm256_add_epi8(acc[i], nibble_counts(carry));                                                        \
    } while (0)
PEAK_CARRY_LOOP(peak_xnor_carry__avx2, "x", __m256i, 4, A, B, ZERO, CARRY_STEP)

#define MADD_STEP(i) acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(a, b))
PEAK_LOOP(peak_int8_vpmaddwd8__avx2, "x", __m256i, 8, A, B, ZERO, MADD_STEP)
PEAK_LOOP(peak_int8_vpmaddwd__avx2, "x", __m256i, 12, A, B, ZERO, MADD_STEP)

#define MADDUBS_STEP(i)                                                                                                \
    acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(_mm256_maddubs_epi16(a, _mm256_sign_epi8(b, a)), b))
PEAK_LOOP(peak_int8_vpmaddubsw__avx2, "x", __m256i, 12, A, B, ZERO, MADDUBS_STEP)

#define FMA_STEP(i) acc[i] = _mm256_fmadd_ps(a, b, acc[i])
PEAK_LOOP(peak_fp32_fma8__avx2, "x", __m256, 8, _mm256_set1_ps(0.5f), _mm256_set1_ps(0.25f), _mm256_setzero_ps(),
          FMA_STEP)
PEAK_LOOP(peak_fp32_fma10__avx2, "x", __m256, 10, _mm256_set1_ps(0.5f), _mm256_set1_ps(0.25f), _mm256_setzero_ps(),
          FMA_STEP)
PEAK_LOOP(peak_fp32_fma12__avx2, "x", __m256, 12, _mm256_set1_ps(0.5f), _mm256_set1_ps(0.25f), _mm256_setzero_ps(),
          FMA_STEP)
