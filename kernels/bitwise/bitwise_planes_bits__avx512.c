/* bitwise_planes_bits: vptestmb takes one bit of 64 bytes. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *planes = row_of_out(g->c, g->c_stride, m);
        for (size_t i = 0; i < g->k; i += 64) {
            __mmask64 inside = g->k - i < 64 ? (1ull << (g->k - i)) - 1 : ~0ull;
            __m512i bytes = _mm512_maskz_loadu_epi8(inside, x + i), bit = _mm512_set1_epi8(1);
            for (size_t p = 0; p < g->n; p++, bit = _mm512_add_epi8(bit, bit))
                planes[p * words + i / 64] = _mm512_test_epi8_mask(bytes, bit);
        }
    }
}

const struct map_kernel bitwise_planes_bits__avx512 = {run};
