/* int8_gemv_w8a8 by vpdpbusd: B as w + 128 is its unsigned side, A the signed one. */
#include "../include/kernel.h"
#include <immintrin.h>
#include <string.h>
#if !defined(__AVX512VNNI__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { STEP = 64, AHEAD = 2048, FLIPPED = 0x80 };
typedef int8_t a_value;

static int32_t what_128_adds(const a_value *a, size_t k) {
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < k; i += STEP)
        sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), _mm512_load_si512(a + i));
    return -128 * _mm512_reduce_add_epi32(sum);
}
#define OFFSET(a, k) what_128_adds(a, k)

static inline int32_t dot(const a_value *a, const int8_t *row, size_t k) {
    __m512i sum[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
    size_t i = 0;
    for (; i + 4 * STEP <= k; i += 4 * STEP)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 4; j++) {
            const int8_t *b = row + i + j * STEP;
            _mm_prefetch((const char *)b + AHEAD, _MM_HINT_T0);
            sum[j] = _mm512_dpbusd_epi32(sum[j], _mm512_load_si512(b), _mm512_load_si512(a + i + j * STEP));
        }
    for (; i < k; i += STEP)
        sum[0] = _mm512_dpbusd_epi32(sum[0], _mm512_load_si512(row + i), _mm512_load_si512(a + i));
    sum[0] = _mm512_add_epi32(_mm512_add_epi32(sum[0], sum[1]), _mm512_add_epi32(sum[2], sum[3]));
    return _mm512_reduce_add_epi32(sum[0]);
}
#include "gemv_rows.h"

const struct gemm_kernel int8_gemv_w8a8__avx512vnni = {run, rhs_bytes, work_bytes, pack_rhs};
