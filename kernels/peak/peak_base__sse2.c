/* What the base of x86-64 can do: the plain C kernels are compiled to these instructions, so their limit must not be
 * a scalar one. */
#include "loop.h"
#include <emmintrin.h>

/* popcount of bytes without a table: pairs, nibbles, bytes */
static inline __m128i byte_counts(__m128i x) {
    const __m128i m1 = _mm_set1_epi8(0x55), m2 = _mm_set1_epi8(0x33), m4 = _mm_set1_epi8(0x0f);
    x = _mm_sub_epi8(x, _mm_and_si128(_mm_srli_epi16(x, 1), m1));
    x = _mm_add_epi8(_mm_and_si128(x, m2), _mm_and_si128(_mm_srli_epi16(x, 2), m2));
    return _mm_and_si128(_mm_add_epi8(x, _mm_srli_epi16(x, 4)), m4);
}

#define SWAR_STEP(i) acc[i] = _mm_add_epi8(acc[i], byte_counts(_mm_xor_si128(a, b)))
PEAK_LOOP(peak_xnor_swar__sse2, "x", __m128i, 6, _mm_set1_epi32(0x12345678), _mm_set1_epi32(0x0f0f3355),
          _mm_setzero_si128(), SWAR_STEP)

/* Full adders in front: one count for two words, and one for four. */
#define PAIR(name, sum)                                                                                                \
    OPAQUE("x", a);                                                                                                    \
    __m128i first_##name = _mm_xor_si128(a, b), half_##name = _mm_xor_si128(sum, first_##name);                        \
    OPAQUE("x", a);                                                                                                    \
    __m128i second_##name = _mm_xor_si128(a, b);                                                                       \
    __m128i name = _mm_or_si128(_mm_and_si128(sum, first_##name), _mm_and_si128(half_##name, second_##name));          \
    sum = _mm_xor_si128(half_##name, second_##name)
#define CARRY_STEP(i)                                                                                                  \
    do {                                                                                                               \
        PAIR(carry, sum[i]);                                                                                           \
        acc[i] = _mm_add_epi8(acc[i], byte_counts(carry));                                                             \
    } while (0)
PEAK_CARRY_LOOP(peak_xnor_carry__sse2, "x", __m128i, 4, _mm_set1_epi32(0x12345678), _mm_set1_epi32(0x0f0f3355),
                _mm_setzero_si128(), CARRY_STEP)
#define TWICE_STEP(i)                                                                                                  \
    do {                                                                                                               \
        PAIR(low, sum[i]);                                                                                             \
        PAIR(high, sum[i]);                                                                                            \
        __m128i mixed = _mm_xor_si128(sum[2 + i], low);                                                                \
        __m128i fours = _mm_or_si128(_mm_and_si128(sum[2 + i], low), _mm_and_si128(mixed, high));                      \
        sum[2 + i] = _mm_xor_si128(mixed, high);                                                                       \
        acc[i] = _mm_add_epi8(acc[i], byte_counts(fours));                                                             \
    } while (0)
#define TWICE_STEP_HALF(i)                                                                                             \
    if (i < 2)                                                                                                         \
    TWICE_STEP(i % 2)
PEAK_CARRY_LOOP(peak_xnor_carry_twice__sse2, "x", __m128i, 4, _mm_set1_epi32(0x12345678), _mm_set1_epi32(0x0f0f3355),
                _mm_setzero_si128(), TWICE_STEP_HALF)

#define MADD_STEP(i) acc[i] = _mm_add_epi32(acc[i], _mm_madd_epi16(a, b))
PEAK_LOOP(peak_int8_pmaddwd4__sse2, "x", __m128i, 4, _mm_set1_epi16(3), _mm_set1_epi16(-5), _mm_setzero_si128(),
          MADD_STEP)
PEAK_LOOP(peak_int8_pmaddwd8__sse2, "x", __m128i, 8, _mm_set1_epi16(3), _mm_set1_epi16(-5), _mm_setzero_si128(),
          MADD_STEP)
PEAK_LOOP(peak_int8_pmaddwd__sse2, "x", __m128i, 12, _mm_set1_epi16(3), _mm_set1_epi16(-5), _mm_setzero_si128(),
          MADD_STEP)

#define MULADD_STEP(i) acc[i] = _mm_add_ps(acc[i], _mm_mul_ps(a, b))
PEAK_LOOP(peak_fp32_muladd6__sse2, "x", __m128, 6, _mm_set1_ps(0.5f), _mm_set1_ps(0.25f), _mm_setzero_ps(),
          MULADD_STEP)
PEAK_LOOP(peak_fp32_muladd9__sse2, "x", __m128, 9, _mm_set1_ps(0.5f), _mm_set1_ps(0.25f), _mm_setzero_ps(),
          MULADD_STEP)
PEAK_LOOP(peak_fp32_muladd__sse2, "x", __m128, 12, _mm_set1_ps(0.5f), _mm_set1_ps(0.25f), _mm_setzero_ps(),
          MULADD_STEP)
