/* Bit-planes on 64-bit words with a scalar popcount. The file that includes it decides by its compiler flags what
 * __builtin_popcountll becomes, and brings MR. Weights of planes go from the top down: the sum doubles between two of them. */
#include "body.h"

enum { NR = 4 };

/* One pair of planes. */
TILE_INLINE pass(const uint8_t *a, size_t a_stride, const uint64_t *b, size_t words, uint32_t sum[MR][NR], size_t mr) {
    for (size_t i = 0; i < words; i++, b += NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint64_t word = load_word(a + r * a_stride + 8 * i);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NR; j++)
                sum[r][j] += (uint32_t)__builtin_popcountll(word & b[j]);
        }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    const struct bitserial_terms *terms = terms_of(t);
    size_t row_bytes = bits_row_bytes(t->k), words = row_bytes / 8, w = terms->bits.w, a = terms->bits.a;
    const uint64_t *panel = (const uint64_t *)t->panel;
    const uint32_t *columns = (const uint32_t *)(panel + w * words * NR);
    uint32_t sum[MR][NR] = {{0}};
    for (size_t weight = w + a - 1; weight-- > 0;) {
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NR; j++)
                sum[r][j] *= 2;
        for (size_t p = 0; p < w && p <= weight; p++)
            if (weight - p < a)
                pass(t->a + (weight - p) * row_bytes, t->a_stride, panel + p * words * NR, words, sum, mr);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NR; j++)
            ((int32_t *)(t->c + r * t->c_stride))[j] =
                (int32_t)(terms->scale * sum[r][j] + row_term(t, r) + columns[j]);
}
TILE_PAIR(tile)

#define WORDS_BODY(isa)                                                                                                \
    const struct bitserial_body words__##isa = {&tile_pair, 64, bitserial_row, bitserial_planes, NULL, false, NULL};
