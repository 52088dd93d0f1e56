/* bitwise_popcount_bits by vpopcntq: loads are the limit. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX512VPOPCNTDQ__)
#error "compile this file with the flags of its token in isa.def"
#endif

static int32_t count_words(const uint64_t *row, size_t words) {
    __m512i even = _mm512_setzero_si512(), odd = even;
    size_t i = 0;
    for (; i + 16 <= words; i += 16) {
        even = _mm512_add_epi64(even, _mm512_popcnt_epi64(_mm512_loadu_si512(row + i)));
        odd = _mm512_add_epi64(odd, _mm512_popcnt_epi64(_mm512_loadu_si512(row + i + 8)));
    }
    for (; i < words; i += 8) {
        __mmask8 inside = words - i < 8 ? (__mmask8)((1u << (words - i)) - 1) : (__mmask8)0xff;
        even = _mm512_add_epi64(even, _mm512_popcnt_epi64(_mm512_maskz_loadu_epi64(inside, row + i)));
    }
    return (int32_t)_mm512_reduce_add_epi64(_mm512_add_epi64(even, odd));
}

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++)
        *(int32_t *)row_of_out(g->c, g->c_stride, m) = count_words(row_of(g->a, g->a_stride, m), words);
}

const struct map_kernel bitwise_popcount_bits__avx512vpopcnt = {run};
