/* bitwise_signi_bits: vpmovb2m takes the signs of 64 bytes. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64)
            bits[i / 64] = _mm512_movepi8_mask(_mm512_loadu_si512(x + i));
        if (i < g->k) {
            __mmask64 inside = (1ull << (g->k - i)) - 1;
            bits[i / 64] = _mm512_movepi8_mask(_mm512_maskz_loadu_epi8(inside, x + i));
        }
    }
}

const struct map_kernel bitwise_signi_bits__avx512 = {run};
