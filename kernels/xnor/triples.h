/* Binary products by CNT on aarch64: 8 vector operations for 3 words of K instead of 9.
 *
 * With x, y, z the bits that differ in three words, x + y + z = parity + 2 * carry, where
 *     parity = x ^ y ^ z;   half = x ^ y;   carry = half ? ~parity : x
 * x, half and parity are each one exclusive or of something of the pixel and something of the channel: of their first
 * word, of their first two, of all three. So pixels are gathered and channels packed as such sums, and a triple costs
 * 3 eor, 1 bsl, 2 cnt and 2 adds. Channels keep the third sum inverted: ~parity is what carry needs, and its count
 * does as well.
 *
 * Lanes run along K. Pairwise adds bring the counts of 2 pixels x 4 channels together in one vector, at the price of
 * plain adds. */
#ifndef XNOR_TRIPLES_H
#define XNOR_TRIPLES_H
#include "../pack/tiles.h"
#include <arm_neon.h>
#include <stdbool.h>

enum { TRIPLES_MR = 8, TRIPLES_NR = 8, HALF = TRIPLES_NR / 2, WORDS = 3 };
/* 16 bits with a sign take ~parity - 2 * carry of 255 triples. */
enum { TRIPLES_MAX_WORDS = 255 * WORDS };

/* Which triples share a vector: neighbouring words where lines allow it, else one triple and the next. */
static inline size_t triples_word(bool even, size_t step, size_t word, size_t half) {
    return even ? 2 * (WORDS * step + word) + half : WORDS * (2 * step + half) + word;
}

/* Pixels of the next tile. */
static inline size_t triples_rows(size_t left) { return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1; }

/* Of a pixel: a triple that is alone is there twice. */
static size_t triples_bytes(size_t words) { return (words + 2 * WORDS - 1) / (2 * WORDS) * (2 * WORDS) * 8; }

static inline uint8x16_t words_of(const uint8_t *low, const uint8_t *high) {
    return vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(load_u64(low)), vcreate_u64(load_u64(high))));
}

TILE_INLINE put_triples(uint8_t *to, uint8x16_t x, uint8x16_t y, uint8x16_t z) {
    uint8x16_t half = veorq_u8(x, y);
    vst1q_u8(to, x), vst1q_u8(to + 16, half), vst1q_u8(to + 32, veorq_u8(half, z));
}

/* Lines of whole vectors. */
TILE_INLINE gather_even(uint8_t *to, size_t step, const uint8_t *at, size_t lines, size_t bytes, size_t line_bytes) {
    for (; lines > 0; lines--, at += line_bytes) {
        const uint8_t *from = at, *end = at + bytes;
        do {
            put_triples(to, vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32));
            to += step, from += 48;
        } while (from != end);
    }
}

TILE_INLINE put_two(uint8_t *to, const uint8_t *low, const uint8_t *high) {
    put_triples(to, words_of(low, high), words_of(low + 8, high + 8), words_of(low + 16, high + 16));
}

/* The inner loops are written out, for they need all 32 registers: the compiler either spills or copies. v0-v11 hold
 * the channels' words, v12-v14 a pixel's, v16-v23 the sums (chosen by the compiler), the rest is for counts. An
 * instruction waits for none of its neighbours where that can be had, since the smallest cores keep this order. */
#define V2(op, d, n) #op " v" #d ".16b, v" #n ".16b\n\t"
#define V3(op, d, n, m) #op " v" #d ".16b, v" #n ".16b, v" #m ".16b\n\t"
/* x, carry and parity of one triple: words b0 to b2 of the channel */
#define DIFFER(carry, parity, b0, b1, b2) V3(eor, 30, 12, b0) V3(eor, carry, 13, b1) V3(eor, parity, 14, b2)
#define CARRY(carry, parity) V3(bsl, carry, parity, 30) V2(cnt, parity, parity)
#define NEXT_PIXEL "ld1 {v12.16b, v13.16b, v14.16b}, [%[a]], #48\n\t"

/* Counts of a pixel with 4 channels, 4 bytes each. */
#define PIXEL_TWO(c, p)                                                                                                \
    DIFFER(c, p, 0, 1, 2) CARRY(c, p) DIFFER(27, 26, 3, 4, 5) V2(cnt, c, c) CARRY(27, 26) V3(addp, p, p, 26)           \
    V2(cnt, 27, 27) V3(eor, 30, 12, 6) V3(eor, 26, 14, 8) V3(addp, c, c, 27) V3(eor, 27, 13, 7) CARRY(27, 26)          \
    DIFFER(29, 28, 9, 10, 11) V2(cnt, 27, 27) NEXT_PIXEL CARRY(29, 28) V3(addp, 26, 26, 28) V2(cnt, 29, 29)            \
    V3(addp, p, p, 26) V3(addp, 27, 27, 29) V3(addp, c, c, 27)
/* The same, where two channels share a vector. */
#define PIXEL_ONE(c, p)                                                                                                \
    DIFFER(c, p, 0, 1, 2) CARRY(c, p) DIFFER(27, 26, 3, 4, 5) V2(cnt, c, c) NEXT_PIXEL CARRY(27, 26)                   \
    V3(addp, p, p, 26) V2(cnt, 27, 27) V3(addp, c, c, 27)

#define SUM(add, i)                                                                                                    \
    #add " %[parity" #i "].8h, v24.16b\n\t" #add " %[carry" #i "].8h, v25.16b\n\t"
#define PAIR(pixel, add, i) pixel(25, 24) pixel(15, 31) V3(addp, 24, 24, 31) V3(addp, 25, 25, 15) SUM(add, i)
#define PIXELS_8(pixel, add) PIXELS_4(pixel, add) PAIR(pixel, add, 2) PAIR(pixel, add, 3)
#define PIXELS_4(pixel, add) PIXELS_2(pixel, add) PAIR(pixel, add, 1)
#define PIXELS_2(pixel, add) PAIR(pixel, add, 0)
#define PIXELS_1(pixel, add) pixel(25, 24) V3(addp, 24, 24, 24) V3(addp, 25, 25, 25) SUM(add, 0)

#define SUMS(how)                                                                                                      \
    [carry0] how(carry[0]), [carry1] how(carry[1]), [carry2] how(carry[2]), [carry3] how(carry[3]),                    \
        [parity0] how(parity[0]), [parity1] how(parity[1]), [parity2] how(parity[2]), [parity3] how(parity[3])
#define CLOBBERED                                                                                                      \
    "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v24",       \
        "v25", "v26", "v27", "v28", "v29", "v30", "v31", "cc", "memory"
#define LAST_STEP(pixels)                                                                                              \
    __asm__ volatile("ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [%[panel]], #64\n\t"                                       \
                     "ld1 {v4.16b, v5.16b}, [%[panel]]\n\t" NEXT_PIXEL pixels(PIXEL_ONE, uaddlp)                       \
                     : SUMS("=&w"), [a] "+r"(a), [panel] "+r"(panel)::CLOBBERED)
#define STEPS(pixels)                                                                                                  \
    __asm__ volatile(NEXT_PIXEL "1:\n\t"                                                                               \
                                "ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [%[panel]], #64\n\t"                            \
                                "ld1 {v4.16b, v5.16b, v6.16b, v7.16b}, [%[panel]], #64\n\t"                            \
                                "ld1 {v8.16b, v9.16b, v10.16b, v11.16b}, [%[panel]], #64\n\t" pixels(                  \
                                    PIXEL_TWO, uadalp) "cmp %[panel], %[end]\n\tb.ne 1b\n\t"                           \
                     : SUMS("+w"), [a] "+r"(a), [panel] "+r"(panel)                                                    \
                     : [end] "r"(end)                                                                                  \
                     : CLOBBERED)
#define BY_ROWS(loop)                                                                                                  \
    do {                                                                                                               \
        if (mr == 8)                                                                                                   \
            loop(PIXELS_8);                                                                                            \
        else if (mr == 4)                                                                                              \
            loop(PIXELS_4);                                                                                            \
        else if (mr == 2)                                                                                              \
            loop(PIXELS_2);                                                                                            \
        else                                                                                                           \
            loop(PIXELS_1);                                                                                            \
    } while (0)

/* Of 2 pixels x 4 channels each. Passed and returned in registers. */
struct triples_sums {
    int16x8_t pairs[TRIPLES_MR / 2];
};

/* ~parity - 2 * carry. Reads a pixel beyond the last, which is still scratch. */
static inline __attribute__((always_inline)) struct triples_sums triples_add(const uint8_t *pixels,
                                                                             const uint8_t *panels, size_t steps,
                                                                             bool left, size_t mr) {
    uint16x8_t carry[TRIPLES_MR / 2], parity[TRIPLES_MR / 2];
    const uint8_t *end = panels + steps * 192, *panel = end, *a = pixels + steps * mr * 48;
    if (left) {
        BY_ROWS(LAST_STEP);
    } else {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TRIPLES_MR / 2; i++)
            carry[i] = parity[i] = vdupq_n_u16(0);
    }
    a = pixels, panel = panels;
    if (steps > 0)
        BY_ROWS(STEPS);
    struct triples_sums sums;
    int16x8_t two = vdupq_n_s16(2);
    __asm__("" : "+w"(two)); /* else it adds twice */
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TRIPLES_MR / 2; i++)
        sums.pairs[i] = vmlsq_s16(vreinterpretq_s16_u16(parity[i]), vreinterpretq_s16_u16(carry[i]), two);
    return sums;
}

/* The first words of a triple up to this one; the whole triple inverted. */
static uint64_t triples_form(const uint8_t *row, size_t words, bool even, size_t step, size_t word, size_t half) {
    uint64_t form = word == WORDS - 1 ? ~(uint64_t)0 : 0;
    for (size_t i = 0; row != NULL && i <= word; i++) {
        size_t at = triples_word(even, step, i, half);
        form ^= at < words ? load_u64(row + 8 * at) : 0;
    }
    return form;
}

/* Four channels: of every step the vectors of each channel, at last of each pair of channels. Words are filled up to
 * whole triples. */
static uint8_t *triples_pack_half(uint8_t *to, const uint8_t *const row[HALF], size_t words, bool even) {
    size_t triples = (words + WORDS - 1) / WORDS, steps = triples / 2;
    for (size_t step = 0; step < steps; step++)
        for (size_t i = 0; i < HALF * 2 * WORDS; i++, to += 8) {
            uint64_t form = triples_form(row[i / (2 * WORDS)], words, even, step, i / 2 % WORDS, i % 2);
            memcpy(to, &form, sizeof form);
        }
    for (size_t i = 0; i < 4 * WORDS && triples % 2 != 0; i++, to += 8) {
        uint64_t form = triples_form(row[i / (2 * WORDS) * 2 + i % 2], words, even, steps, i / 2 % WORDS, 0);
        memcpy(to, &form, sizeof form);
    }
    return to;
}
#endif
