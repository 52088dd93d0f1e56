/* vpdpbusd over 512 bits. */
#include "loop.h"
#include <immintrin.h>

#define DOT_STEP(i) acc[i] = _mm512_dpbusd_epi32(acc[i], b, a)
PEAK_LOOP(peak_int8_vpdpbusd12__avx512vnni, "v", __m512i, 12, _mm512_set1_epi8(-3), _mm512_set1_epi8(5),
          _mm512_setzero_si512(), DOT_STEP)
PEAK_LOOP(peak_int8_vpdpbusd16__avx512vnni, "v", __m512i, 16, _mm512_set1_epi8(-3), _mm512_set1_epi8(5),
          _mm512_setzero_si512(), DOT_STEP)
PEAK_LOOP(peak_int8_vpdpbusd24__avx512vnni, "v", __m512i, 24, _mm512_set1_epi8(-3), _mm512_set1_epi8(5),
          _mm512_setzero_si512(), DOT_STEP)
