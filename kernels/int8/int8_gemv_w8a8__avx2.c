/* int8_gemv_w8a8 by vpmaddwd: A widened in work, B on its way from memory. */
#include "../include/kernel.h"
#include <immintrin.h>
#include <string.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { STEP = 32, AHEAD = 1024 };
typedef int16_t a_value;

static inline __m256i products(const a_value *a, const int8_t *b) {
    __m256i wide = _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)b));
    return _mm256_madd_epi16(wide, _mm256_load_si256((const __m256i *)a));
}

static inline int32_t dot(const a_value *a, const int8_t *row, size_t k) {
    __m256i even = _mm256_setzero_si256(), odd = even;
    for (size_t i = 0; i < k; i += STEP) {
        _mm_prefetch((const char *)row + i + AHEAD, _MM_HINT_T0);
        even = _mm256_add_epi32(even, products(a + i, row + i));
        odd = _mm256_add_epi32(odd, products(a + i + 16, row + i + 16));
    }
    even = _mm256_add_epi32(even, odd);
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1));
    four = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
    return _mm_cvtsi128_si32(four) + _mm_extract_epi32(four, 1);
}
#include "gemv_rows.h"

const struct gemm_kernel int8_gemv_w8a8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
