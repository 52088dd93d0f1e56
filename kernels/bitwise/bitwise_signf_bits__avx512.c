/* bitwise_signf_bits: a comparison gives 16 bits at once. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX512F__)
#error "compile this file with the flags of its token in isa.def"
#endif

static inline uint64_t signs_of_16(const float *x, size_t count) {
    __mmask16 inside = count < 16 ? (__mmask16)((1u << count) - 1) : (__mmask16)0xffff;
    return _mm512_cmp_ps_mask(_mm512_maskz_loadu_ps(inside, x), _mm512_setzero_ps(), _CMP_LT_OQ);
}

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const float *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64)
            bits[i / 64] = signs_of_16(x + i, 16) | signs_of_16(x + i + 16, 16) << 16 |
                           signs_of_16(x + i + 32, 16) << 32 | signs_of_16(x + i + 48, 16) << 48;
        uint64_t last = 0;
        for (size_t at = i; at < g->k; at += 16)
            last |= signs_of_16(x + at, g->k - at) << (at - i);
        if (i < g->k)
            bits[i / 64] = last;
    }
}

const struct map_kernel bitwise_signf_bits__avx512 = {run};
