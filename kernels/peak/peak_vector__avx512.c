/* Loops over 512 bits for cores without a vector popcount or int8 dot products; FMA for all of them. */
#include "loop.h"
#include <immintrin.h>

enum { XOR3 = 0x96, CARRY = 0x3a };
#define ZERO _mm512_setzero_si512()
#define A _mm512_set1_epi32(0x03020103)
#define B _mm512_set1_epi32(0x0f0a0501)

/* The table is chosen by the other operand: one shuffle is xor and popcount of 64 nibbles. */
#define CHOOSE_STEP(i) acc[i] = _mm512_add_epi8(acc[i], _mm512_shuffle_epi8(a, b))
PEAK_LOOP(peak_xnor_choose__avx512, "v", __m512i, 12, A, B, ZERO, CHOOSE_STEP)

static inline __m512i nibble_counts(__m512i x) {
    const __m512i low = _mm512_set1_epi8(15);
    const __m512i table = _mm512_set4_epi32(0x04030302, 0x03020201, 0x03020201, 0x02010100);
    __m512i lows = _mm512_shuffle_epi8(table, _mm512_and_si512(x, low));
    return _mm512_add_epi8(lows, _mm512_shuffle_epi8(table, _mm512_and_si512(_mm512_srli_epi16(x, 4), low)));
}
#define NIBBLES_STEP(i) acc[i] = _mm512_add_epi8(acc[i], nibble_counts(_mm512_xor_si512(a, b)))
PEAK_LOOP(peak_xnor_nibbles__avx512, "v", __m512i, 8, A, B, ZERO, NIBBLES_STEP)

/* A full adder in front halves the number of look-ups; vpternlogd takes the xor of the multiplication in. */
#define CARRY_STEP(i)                                                                                                  \
    do {                                                                                                               \
        __m512i half = _mm512_ternarylogic_epi32(sum[i], a, b, XOR3);                                                  \
        OPAQUE("v", a);                                                                                                \
        __m512i full = _mm512_ternarylogic_epi32(half, a, b, XOR3);                                                    \
        acc[i] = _mm512_add_epi8(acc[i], nibble_counts(_mm512_ternarylogic_epi32(half, full, sum[i], CARRY)));         \
        sum[i] = full;                                                                                                 \
    } while (0)
PEAK_CARRY_LOOP(peak_xnor_carry__avx512, "v", __m512i, 8, A, B, ZERO, CARRY_STEP)

#define MADD_STEP(i) acc[i] = _mm512_add_epi32(acc[i], _mm512_madd_epi16(a, b))
PEAK_LOOP(peak_int8_vpmaddwd12__avx512, "v", __m512i, 12, A, B, ZERO, MADD_STEP)
PEAK_LOOP(peak_int8_vpmaddwd24__avx512, "v", __m512i, 24, A, B, ZERO, MADD_STEP)
/* Magnitudes by signed bytes: two products fit 16 bits where none exceeds 128 * 127. */
static inline __m512i signed_pairs(__m512i a, __m512i b) {
    const __mmask64 negative = 0x123456789abcdef;
    __m512i sums = _mm512_maddubs_epi16(b, _mm512_mask_sub_epi8(a, negative, _mm512_setzero_si512(), a));
    return _mm512_madd_epi16(sums, _mm512_set1_epi16(1));
}
#define MADDUBS_STEP(i) acc[i] = _mm512_add_epi32(acc[i], signed_pairs(a, b))
PEAK_LOOP(peak_int8_vpmaddubsw__avx512, "v", __m512i, 12, A, B, ZERO, MADDUBS_STEP)

#define FMA_STEP(i) acc[i] = _mm512_fmadd_ps(a, b, acc[i])
PEAK_LOOP(peak_fp32_fma8__avx512, "v", __m512, 8, _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f), _mm512_setzero_ps(),
          FMA_STEP)
PEAK_LOOP(peak_fp32_fma12__avx512, "v", __m512, 12, _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f), _mm512_setzero_ps(),
          FMA_STEP)
PEAK_LOOP(peak_fp32_fma24__avx512, "v", __m512, 24, _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f), _mm512_setzero_ps(),
          FMA_STEP)
