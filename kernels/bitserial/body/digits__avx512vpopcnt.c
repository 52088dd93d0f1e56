/* Planes in pairs, as digits 0..3, by vpopcntd: 8.5 vector operations for the 4 products of two digits where planes one
 * by one take 10.
 *
 * With w = 2 w1 + w0 and a = 2 a1 + a0, and unlike(x, y, z) = not all three are equal,
 *     w * a = (w0 & a0) - 2 (unlike(w1, a0, a1) + unlike(a1, w0, w1)) + 2 a - 2 (a == 3) + 2 w - 2 (w == 3)
 * What depends on one operand alone is added to rows and columns. That leaves 3 bits to count; the two of weight 2 go
 * into one full adder, the first kind goes in two words of K at a time (see adders__avx512vpopcnt.c). */
#include "avx512.h"

/* 2 x 2 x (two sum bits and counts) = 16 registers, 8 of B, 4 of A, the rest for the adders. A call does ROWS rows: what
 * stands before and behind the loop over K would take as long as a quarter of a short K. */
enum { MR = 2, NV = 2, NR = 16 * NV, ROWS = 8, UNLIKE = 0x7e };

/* Two sums in one: that of the codes, and 2^32 times that of the threes. */
static uint32_t row(const uint8_t *a, size_t row_bytes, const struct bitserial_row *how) {
    uint64_t both = 0;
    for (size_t d = how->bits / 2; d-- > 0;) {
        const uint8_t *low = a + 2 * d * row_bytes, *high = low + row_bytes;
        __m512i sums = _mm512_setzero_si512();
        for (size_t i = 0; i < row_bytes; i += 64) {
            __mmask8 inside = words_mask(row_bytes, i);
            __m512i one = _mm512_maskz_loadu_epi64(inside, low + i), two = _mm512_maskz_loadu_epi64(inside, high + i);
            __m512i threes = _mm512_slli_epi64(_mm512_popcnt_epi64(_mm512_and_si512(one, two)), 32);
            one = _mm512_popcnt_epi64(one), two = _mm512_popcnt_epi64(two);
            sums = _mm512_add_epi64(_mm512_add_epi64(sums, threes), _mm512_add_epi64(one, _mm512_add_epi64(two, two)));
        }
        both = 4 * both + (uint64_t)_mm512_reduce_add_epi64(sums);
    }
    return (how->offset + how->digits) * (uint32_t)both - how->digits * (uint32_t)(both >> 32);
}

/* Sum bits that wait, and counts of carries: of the bits of weight 1, and of those of weight -2. */
struct sums {
    __m512i ones, ones_count, twos, twos_count;
};

TILE_INLINE add_unlike(struct sums *s, __m512i a0, __m512i a1, __m512i w0, __m512i w1) {
    __m512i x = _mm512_ternarylogic_epi32(w1, a0, a1, UNLIKE), y = _mm512_ternarylogic_epi32(w0, w1, a1, UNLIKE);
    __m512i carry = _mm512_ternarylogic_epi32(s->twos, x, y, MAJORITY);
    s->twos = _mm512_ternarylogic_epi32(s->twos, x, y, XOR3);
    s->twos_count = _mm512_add_epi32(s->twos_count, _mm512_popcnt_epi32(carry));
}

TILE_INLINE add_and(struct sums *s, __m512i a1, __m512i a2, __m512i w1, __m512i w2) {
    __m512i half = _mm512_ternarylogic_epi32(s->ones, a1, w1, ADD_AND);
    __m512i full = _mm512_ternarylogic_epi32(half, a2, w2, ADD_AND);
    __m512i carry = _mm512_ternarylogic_epi32(half, full, s->ones, CARRY);
    s->ones_count = _mm512_add_epi32(s->ones_count, _mm512_popcnt_epi32(carry));
    s->ones = full;
}

static inline __m512i word(const uint8_t *from) { return _mm512_set1_epi32((int)load_u32(from)); }

/* One pair of digits: w0 and w1, a and a + row_bytes are their planes. */
TILE_INLINE pass(const uint8_t *a, size_t a_stride, const __m512i *w0, const __m512i *w1, size_t row_bytes,
                 struct sums sums[MR][NV], size_t mr) {
    for (size_t i = 0; i < row_bytes; i += 8, w0 += 2 * NV, w1 += 2 * NV)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            const uint8_t *low = a + r * a_stride + i, *high = low + row_bytes;
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                add_unlike(&sums[r][j], word(low), word(high), w0[j], w1[j]);
                add_unlike(&sums[r][j], word(low + 4), word(high + 4), w0[NV + j], w1[NV + j]);
                add_and(&sums[r][j], word(low), word(low + 4), w0[j], w0[NV + j]);
            }
        }
}

/* What has been counted since the last digit, on top of what was before. */
static inline __m512i total(const struct sums *s) {
    __m512i half = _mm512_sub_epi32(s->ones_count, _mm512_add_epi32(s->twos_count, s->twos_count));
    half = _mm512_sub_epi32(half, _mm512_popcnt_epi32(s->twos));
    return _mm512_add_epi32(_mm512_add_epi32(half, half), _mm512_popcnt_epi32(s->ones));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    struct sums sums[MR][NV];
    const struct bitserial_terms *terms = terms_of(t);
    const __mmask16 twice = terms->scale == 2 ? 0xffff : 0; /* it is 1 or 2 */
    size_t w = terms->bits.w / 2, a = terms->bits.a / 2; /* digits */
    size_t row_bytes = bits_row_bytes(t->k), plane = row_bytes / 8 * 2 * NV; /* vectors */
    const __m512i *panel = (const __m512i *)t->panel, *columns = panel + 2 * w * plane;
    memset(sums, 0, sizeof sums);
    for (size_t weight = w + a - 1; weight-- > 0;) {
        for (size_t d = 0; d < w && d <= weight; d++)
            if (weight - d < a)
                pass(t->a + 2 * (weight - d) * row_bytes, t->a_stride, panel + 2 * d * plane,
                     panel + (2 * d + 1) * plane, row_bytes, sums, mr);
        if (weight == 0)
            break;
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                /* a total is worth 4 of the next digit's, a count of its carries 2 */
                __m512i now = total(&sums[r][j]);
                memset(&sums[r][j], 0, sizeof sums[r][j]);
                sums[r][j].ones_count = _mm512_add_epi32(now, now);
            }
    }
    const uint32_t *row_terms = terms->row + t->row;
    uint8_t *c = t->c;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++, c += t->c_stride)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            __m512i sum = total(&sums[r][j]), add = _mm512_add_epi32(columns[j], _mm512_set1_epi32((int)row_terms[r]));
            sum = _mm512_mask_add_epi32(sum, twice, sum, sum);
            _mm512_storeu_si512(c + 64 * j, _mm512_add_epi32(sum, add));
        }
}

static __attribute__((cold)) void tile_one(const struct tile *t) { tile(t, 1); }

static void tile_full(const struct tile *t) {
    struct tile below = *t;
    for (size_t r = 0; r < ROWS; r += MR, below = tile_below(&below, MR))
        tile(&below, MR);
}
static const struct tile_pair tile_pair = {tile_one, tile_full, ROWS, NR};

const struct bitserial_body digits__avx512vpopcnt = {
    &tile_pair, 32, row, bitserial_planes, NULL, true, NULL,
};
