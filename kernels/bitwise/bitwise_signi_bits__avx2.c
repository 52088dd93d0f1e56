/* bitwise_signi_bits: vpmovmskb takes the signs of 32 bytes. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

static inline uint32_t signs_of_32(const uint8_t *x) {
    return (uint32_t)_mm256_movemask_epi8(_mm256_loadu_si256((const __m256i *)x));
}

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64)
            bits[i / 64] = signs_of_32(x + i) | (uint64_t)signs_of_32(x + i + 32) << 32;
        if (i < g->k)
            bits[i / 64] = bits_of_bytes(x + i, g->k - i, 7);
    }
}

const struct map_kernel bitwise_signi_bits__avx2 = {run};
