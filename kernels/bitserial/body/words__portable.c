/* Bit-planes in plain C. Where the base of the target has vectors, the compiler counts bits in them and the plain form
 * wins. Elsewhere counting a word costs a dozen operations, and full adders let only one word in four pay it. */
#if defined(__SSE2__) || defined(__ARM_NEON)
/* rows one by one, for the size of the program: what has vectors has a body of its own */
enum { MR = 1 };
#include "words.h"
#else
#include "body.h"

enum { MR = 2, NR = 2, GROUP = 4 };

/* Bits of weight 1 and 2 that are not counted yet, and the count of those of weight 4. */
struct sums {
    uint64_t ones, twos;
    uint32_t fours;
};

static inline uint64_t majority(uint64_t x, uint64_t y, uint64_t z) { return (x & y) | (z & (x | y)); }

/* Two more words into `ones`; what it cannot hold comes out, weight 2. */
static inline uint64_t add_ones(struct sums *s, uint64_t x, uint64_t y) {
    uint64_t carry = majority(s->ones, x, y);
    s->ones ^= x ^ y;
    return carry;
}

TILE_INLINE add_group(struct sums *s, const uint64_t a[GROUP], const uint64_t *b) {
    uint64_t x = add_ones(s, a[0] & b[0], a[1] & b[NR]);
    uint64_t y = add_ones(s, a[2] & b[2 * NR], a[3] & b[3 * NR]);
    s->fours += (uint32_t)__builtin_popcountll(majority(s->twos, x, y));
    s->twos ^= x ^ y;
}

/* The same with what is left of a row; missing words are zero. */
TILE_INLINE add_rest(struct sums *s, const uint8_t *a, const uint64_t *b, size_t words) {
    uint64_t x = add_ones(s, load_word(a) & b[0], words > 1 ? load_word(a + 8) & b[NR] : 0);
    uint64_t y = words > 2 ? load_word(a + 16) & b[2 * NR] : 0;
    uint64_t carry = s->ones & y;
    s->ones ^= y;
    s->fours += (uint32_t)__builtin_popcountll(majority(s->twos, x, carry));
    s->twos ^= x ^ carry;
}

/* One pair of planes. */
TILE_INLINE pass(const uint8_t *a, size_t a_stride, const uint64_t *b, size_t words, struct sums sums[MR][NR],
                 size_t mr) {
    size_t i = 0;
    for (; i + GROUP <= words; i += GROUP, b += GROUP * NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint64_t group[GROUP];
            memcpy(group, __builtin_assume_aligned(a + r * a_stride + 8 * i, sizeof *group), sizeof group);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NR; j++)
                add_group(&sums[r][j], group, b + j);
        }
    for (size_t r = 0; r < mr && i < words; r++)
        for (size_t j = 0; j < NR; j++)
            add_rest(&sums[r][j], a + r * a_stride + 8 * i, b + j, words - i);
}

/* What was counted since the last weight, and twice what was before: a total in units of one weight. */
static inline uint32_t total(struct sums *s, uint32_t before) {
    uint32_t now = (uint32_t)__builtin_popcountll(s->ones) + 2 * (uint32_t)__builtin_popcountll(s->twos) + 4 * s->fours;
    *s = (struct sums){0, 0, 0};
    return 2 * before + now;
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    const struct bitserial_terms *terms = terms_of(t);
    size_t row_bytes = bits_row_bytes(t->k), words = row_bytes / 8, w = terms->bits.w, a = terms->bits.a;
    const uint64_t *panel = (const uint64_t *)t->panel;
    const uint32_t *columns = (const uint32_t *)(panel + w * words * NR);
    struct sums sums[MR][NR] = {{{0, 0, 0}}};
    uint32_t sum[MR][NR] = {{0}};
    for (size_t weight = w + a - 1; weight-- > 0;) {
        for (size_t p = 0; p < w && p <= weight; p++)
            if (weight - p < a)
                pass(t->a + (weight - p) * row_bytes, t->a_stride, panel + p * words * NR, words, sums, mr);
        for (size_t r = 0; r < mr; r++)
            for (size_t j = 0; j < NR; j++)
                sum[r][j] = total(&sums[r][j], sum[r][j]);
    }
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < NR; j++)
            ((int32_t *)(t->c + r * t->c_stride))[j] =
                (int32_t)(terms->scale * sum[r][j] + row_term(t, r) + columns[j]);
}
TILE_PAIR(tile)

#define WORDS_BODY(isa)                                                                                                \
    const struct bitserial_body words__##isa = {&tile_pair, 64, bitserial_row, bitserial_planes, NULL, false, NULL};
#endif

WORDS_BODY(portable)
