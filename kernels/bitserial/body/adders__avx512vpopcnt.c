/* Bit-planes by vpopcntd and carry-save pairs: 5 vector operations for 2 words of a pair of planes.
 *
 * Two words of K go into a full adder bit by bit, and vpternlogd absorbs the and of multiplication into it: with the
 * running sum bits s,
 *     t = s ^ (a1 & b1);   u = t ^ (a2 & b2);   carry = t ? ~u : s
 * u is the new s, and only the carries (each worth 2) are counted. Weights of planes go from the top down: a total in
 * units of one weight is a count of carries of the next. */
#include "avx512.h"

/* 4 x 2 x (sum bits + count) = 16 registers, 4 of B, the rest for A and the adder; wider tiles spill. */
enum { MR = 4, NV = 2, NR = 16 * NV };

static uint32_t row(const uint8_t *a, size_t row_bytes, const struct bitserial_row *how) {
    __m512i sum = _mm512_setzero_si512();
    if (how->offset == 0)
        return 0;
    for (size_t i = 0; i < row_bytes; i += 64) {
        __mmask8 inside = words_mask(row_bytes, i);
        __m512i part = _mm512_setzero_si512();
        for (size_t p = how->bits; p-- > 0;) {
            __m512i ones = _mm512_popcnt_epi64(_mm512_maskz_loadu_epi64(inside, a + p * row_bytes + i));
            part = _mm512_add_epi64(_mm512_add_epi64(part, part), ones);
        }
        sum = _mm512_add_epi64(sum, part);
    }
    return how->offset * (uint32_t)_mm512_reduce_add_epi64(sum);
}

/* 64 bytes at once: each of vptestmb's masks is a word of a plane. */
static void to_planes(uint8_t *planes, const uint8_t *bytes, size_t k) {
    size_t row = bits_row_bytes(k);
    for (size_t i = 0; i < k; i += 64) {
        __mmask64 inside = k - i >= 64 ? ~0ull : (1ull << (k - i)) - 1;
        __m512i x = _mm512_maskz_loadu_epi8(inside, bytes + i);
        x = _mm512_mask_xor_epi64(x, 0xff, x, _mm512_set1_epi8((char)0x80));
#pragma clang loop unroll(full)
        for (size_t p = 0; p < 8; p++) {
            uint64_t word = _mm512_mask_test_epi8_mask(inside, x, _mm512_set1_epi8((char)(1 << p)));
            memcpy(planes + p * row + i / 8, &word, 8);
        }
    }
}

struct pair {
    __m512i sum, count;
};

TILE_INLINE add_words(struct pair *p, __m512i a1, __m512i a2, __m512i b1, __m512i b2) {
    __m512i half = _mm512_ternarylogic_epi32(p->sum, a1, b1, ADD_AND);
    __m512i full = _mm512_ternarylogic_epi32(half, a2, b2, ADD_AND);
    __m512i carry = _mm512_ternarylogic_epi32(half, full, p->sum, CARRY);
    p->count = _mm512_add_epi32(p->count, _mm512_popcnt_epi32(carry));
    p->sum = full;
}

/* One pair of planes. */
TILE_INLINE pass(const uint8_t *a, size_t a_stride, const __m512i *b, size_t row_bytes, struct pair pairs[MR][NV],
                 size_t mr) {
    for (size_t i = 0; i < row_bytes; i += 8, b += 2 * NV)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            const uint8_t *at = a + r * a_stride + i;
            __m512i a1 = _mm512_set1_epi32((int)load_u32(at)), a2 = _mm512_set1_epi32((int)load_u32(at + 4));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                add_words(&pairs[r][j], a1, a2, b[j], b[NV + j]);
        }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    struct pair pairs[MR][NV];
    const struct bitserial_terms *terms = terms_of(t);
    size_t row_bytes = bits_row_bytes(t->k), plane = row_bytes * NR, w = terms->bits.w, a = terms->bits.a;
    memset(pairs, 0, sizeof pairs);
    for (size_t weight = w + a - 1; weight-- > 0;) {
        for (size_t p = 0; p < w && p <= weight; p++)
            if (weight - p < a)
                pass(t->a + (weight - p) * row_bytes, t->a_stride, (const __m512i *)(t->panel + p * plane),
                     row_bytes, pairs, mr);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                struct pair *p = &pairs[r][j];
                p->count = _mm512_add_epi32(_mm512_add_epi32(p->count, p->count), _mm512_popcnt_epi32(p->sum));
                p->sum = _mm512_setzero_si512();
            }
    }
    const __m512i *columns = (const __m512i *)(t->panel + w * plane);
    __m512i scale = _mm512_set1_epi32((int)terms->scale);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            __m512i sum = _mm512_mullo_epi32(pairs[r][j].count, scale);
            __m512i add = _mm512_add_epi32(columns[j], _mm512_set1_epi32((int)row_term(t, r)));
            _mm512_storeu_si512(t->c + r * t->c_stride + 64 * j, _mm512_add_epi32(sum, add));
        }
}
TILE_PAIR(tile)

const struct bitserial_body adders__avx512vpopcnt = {
    &tile_pair, 32, row, to_planes, NULL, false, NULL,
};
