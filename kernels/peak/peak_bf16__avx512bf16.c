/* vdpbf16ps over 512 bits. */
#include "loop.h"
#include <immintrin.h>

#define HALVES(x) ((__m512bh)(x))
#define A _mm512_set1_ps(0.5f)
#define B _mm512_set1_ps(0.25f)

#define DOT_STEP(i) acc[i] = _mm512_dpbf16_ps(acc[i], HALVES(a), HALVES(b))
PEAK_LOOP(peak_bf16_vdpbf16ps8__avx512bf16, "v", __m512, 8, A, B, _mm512_setzero_ps(), DOT_STEP)
PEAK_LOOP(peak_bf16_vdpbf16ps12__avx512bf16, "v", __m512, 12, A, B, _mm512_setzero_ps(), DOT_STEP)
PEAK_LOOP(peak_bf16_vdpbf16ps24__avx512bf16, "v", __m512, 24, A, B, _mm512_setzero_ps(), DOT_STEP)
