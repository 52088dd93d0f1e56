/* bitwise_planes_bits: each plane in turn is shifted to where vpmovmskb takes its bits from. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *planes = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64) {
            /* bits that cross from a byte to the next one stay below its top bit */
            __m128i up = _mm_cvtsi32_si128((int)(8 - g->n));
            __m256i low = _mm256_sll_epi16(_mm256_loadu_si256((const __m256i *)(x + i)), up);
            __m256i high = _mm256_sll_epi16(_mm256_loadu_si256((const __m256i *)(x + i + 32)), up);
            for (size_t p = g->n; p-- > 0;) {
                uint64_t word = (uint32_t)_mm256_movemask_epi8(high);
                planes[p * words + i / 64] = word << 32 | (uint32_t)_mm256_movemask_epi8(low);
                low = _mm256_add_epi8(low, low);
                high = _mm256_add_epi8(high, high);
            }
        }
        for (unsigned p = 0; i < g->k && p < g->n; p++)
            planes[p * words + i / 64] = bits_of_bytes(x + i, g->k - i, p);
    }
}

const struct map_kernel bitwise_planes_bits__avx2 = {run};
