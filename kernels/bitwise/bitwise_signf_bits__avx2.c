/* bitwise_signf_bits: 4 comparisons, packed down to 32 bytes, one vpmovmskb. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

static inline __m256i below_zero(const float *x) {
    return _mm256_castps_si256(_mm256_cmp_ps(_mm256_loadu_ps(x), _mm256_setzero_ps(), _CMP_LT_OQ));
}

static inline uint32_t signs_of_32(const float *x) {
    /* packing works in each half of a vector; the permutation puts the fours of elements back in line */
    __m256i low = _mm256_packs_epi32(below_zero(x), below_zero(x + 8));
    __m256i high = _mm256_packs_epi32(below_zero(x + 16), below_zero(x + 24));
    __m256i bytes = _mm256_packs_epi16(low, high);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    return (uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(bytes, order));
}

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const float *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64)
            bits[i / 64] = signs_of_32(x + i) | (uint64_t)signs_of_32(x + i + 32) << 32;
        if (i < g->k)
            bits[i / 64] = signs_of_floats(x + i, g->k - i);
    }
}

const struct map_kernel bitwise_signf_bits__avx2 = {run};
