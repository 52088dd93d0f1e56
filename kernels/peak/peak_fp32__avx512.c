/* FMA over 512 bits. */
#include "loop.h"
#include <immintrin.h>

#define FMA_STEP(i) acc[i] = _mm512_fmadd_ps(a, b, acc[i])
PEAK_LOOP(peak_fp32_fma12__avx512, "v", __m512, 12, _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f), _mm512_setzero_ps(),
          FMA_STEP)
PEAK_LOOP(peak_fp32_fma24__avx512, "v", __m512, 24, _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f), _mm512_setzero_ps(),
          FMA_STEP)
