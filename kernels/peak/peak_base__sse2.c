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

#define MADD_STEP(i) acc[i] = _mm_add_epi32(acc[i], _mm_madd_epi16(a, b))
PEAK_LOOP(peak_int8_pmaddwd__sse2, "x", __m128i, 12, _mm_set1_epi16(3), _mm_set1_epi16(-5), _mm_setzero_si128(),
          MADD_STEP)

#define MULADD_STEP(i) acc[i] = _mm_add_ps(acc[i], _mm_mul_ps(a, b))
PEAK_LOOP(peak_fp32_muladd__sse2, "x", __m128, 12, _mm_set1_ps(0.5f), _mm_set1_ps(0.25f), _mm_setzero_ps(),
          MULADD_STEP)
