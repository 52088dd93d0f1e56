/* Bit-planes by a byte shuffle: 2 vector operations for 4 x 2 bits of A and 4 bits of every column.
 *
 * A is the same for a whole vector of columns, so it chooses the table of the shuffle: 4 neighbours of K in two planes
 * of A are one byte, the number of a row of 16 counts, and a nibble of a plane of B picks one. B lies as nibbles, one a
 * byte. Two planes of A at a time and one of B; sums double from one weight of planes to the next.
 *
 * The file that includes it brings MR, NV, LANES, vectors of bytes `vec` and of 16-bit sums `wide`, and on them zero,
 * load, load_counts, lookup, add, widen and fold. */
#include "body.h"

enum { NR = LANES * NV };
/* A byte takes 21 counts of at most 12; 16 bits then take 260 such rounds. */
enum { ROUND = 21, ROUNDS = 260 };

static void spread(uint8_t *to, const uint8_t *planes, size_t row_bytes, unsigned bits) {
    for (size_t p = 0; p < bits; p += 2, planes += 2 * row_bytes)
        for (size_t i = 0; i < row_bytes; i++, to += 2) {
            unsigned low = planes[i], high = p + 1 < bits ? planes[row_bytes + i] : 0;
            to[0] = (uint8_t)((low & 15) | high << 4);
            to[1] = (uint8_t)(low >> 4 | (high & 0xf0));
        }
}

TILE_INLINE round_of(const uint8_t *a, size_t a_stride, const uint8_t *b, const uint8_t *counts, size_t steps,
                     struct wide wide[MR * NV], size_t mr) {
    vec sum[MR][NV], done[MR * NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = zero();
    for (size_t i = 0; i < steps; i++, b += NR) {
        vec nibbles[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            nibbles[j] = load(b + LANES * j);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            vec chosen = load_counts(counts + 16 * (size_t)a[r * a_stride + i]);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = add(sum[r][j], lookup(chosen, nibbles[j]));
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            done[r * NV + j] = sum[r][j];
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < mr * NV; i++)
        widen(&wide[i], done[i]);
}

/* Two planes of A and one of B; what was summed before is worth 2^shift now. */
TILE_INLINE pass(const uint8_t *a, size_t a_stride, const uint8_t *b, const uint8_t *counts, size_t steps,
                 uint32_t total[MR * NR], unsigned shift, size_t mr) {
    for (size_t i = 0; i < steps; shift = 0) {
        struct wide wide[MR * NV];
        memset(wide, 0, sizeof wide);
        for (size_t rounds = 0; rounds < ROUNDS && i < steps; rounds++) {
            size_t count = steps - i < ROUND ? steps - i : ROUND;
            round_of(a + i, a_stride, b + i * NR, counts, count, wide, mr);
            i += count;
        }
#pragma clang loop unroll(disable)
        for (size_t j = 0; j < mr * NV; j++)
            fold(total + LANES * j, &wide[j], shift);
    }
}

static __attribute__((noinline)) void store(const struct tile *t, const uint32_t *total, const uint32_t *columns,
                                            size_t mr) {
    uint32_t scale = terms_of(t)->scale;
    for (size_t r = 0; r < mr; r++, total += NR) {
        uint32_t row = row_term(t, r), *c = (uint32_t *)(t->c + r * t->c_stride);
#pragma clang loop interleave(disable)
        for (size_t j = 0; j < NR; j++)
            c[j] = scale * total[j] + row + columns[j];
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    const struct bitserial_terms *terms = terms_of(t);
    size_t w = terms->bits.w, pairs = (terms->bits.a + 1) / 2, steps = 2 * bits_row_bytes(t->k), last = w + 2 * pairs;
    alignas(64) uint32_t total[MR * NR];
    memset(total, 0, sizeof total);
    for (size_t weight = w + 2 * pairs - 2; weight-- > 0;)
        for (size_t p = 0; p < pairs && 2 * p <= weight; p++)
            if (weight - 2 * p < w) {
                pass(t->a + p * steps, t->a_stride, t->panel + (weight - 2 * p) * steps * NR, terms->counts, steps,
                     total, (unsigned)(last - weight), mr);
                last = weight;
            }
    store(t, total, (const uint32_t *)(t->panel + w * steps * NR), mr);
}
