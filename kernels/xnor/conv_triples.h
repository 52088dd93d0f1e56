/* xnor_conv_w1a1 by CNT on aarch64: 8 vector operations for 3 words of K instead of 9.
 *
 * With x, y, z the bits that differ in three words, x + y + z = parity + 2 * carry, where
 *     parity = x ^ y ^ z;   half = x ^ y;   carry = half ? ~parity : x
 * x, half and parity are each one exclusive or of something of the pixel and something of the channel: of their first
 * word, of their first two, of all three. So pixels are gathered and channels packed as such sums, and a triple costs
 * 3 eor, 1 bsl, 2 cnt and 2 adds. Channels keep the third sum inverted: ~parity is what carry needs, and its count
 * does as well.
 *
 * Lanes run along K. Pairwise adds bring the counts of 2 pixels x 4 channels together in one vector, at the price of
 * plain adds; channels come in eights, for a byte of output bits. */
#ifndef XNOR_CONV_TRIPLES_H
#define XNOR_CONV_TRIPLES_H
#include "conv_addp.h"

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

/* Lines of an odd number of triples. */
TILE_INLINE gather_odd(uint8_t *to, size_t step, const uint8_t *at, size_t lines, size_t bytes, size_t line_bytes) {
    if (bytes == 24 && lines == 3) {
        put_two(to, at, at + line_bytes);
        at += 2 * line_bytes;
        put_two(to + step, at, at);
        return;
    }
    const uint8_t *low = NULL;
    for (; lines > 0; lines--, at += line_bytes)
        for (size_t i = 0; i < bytes; i += 24) {
            if (!low) {
                low = at + i;
                continue;
            }
            put_two(to, low, at + i);
            to += step, low = NULL;
        }
    if (low)
        put_two(to, low, low);
}

TILE_INLINE gather_all(uint8_t *to, const struct conv_tiles *t, size_t pixels, bool even) {
    const size_t lines = t->lines, bytes = 8 * t->words, line_bytes = t->line_bytes;
    const size_t size = triples_bytes(t->lines * t->words);
    const uint8_t *const *at = t->at;
    for (size_t mr; pixels > 0; pixels -= mr, to += mr * (size - 48)) {
        mr = triples_rows(pixels);
        for (size_t r = 0; r < mr; r++, to += 48)
            if (even)
                gather_even(to, 48 * mr, *at++, lines, bytes, line_bytes);
            else
                gather_odd(to, 48 * mr, *at++, lines, bytes, line_bytes);
    }
}

/* Tile by tile: of every step, all its pixels. */
static void triples_gather(uint8_t *to, const struct conv_tiles *t, size_t pixels) {
    if (t->words % 2 == 0)
        gather_all(to, t, pixels, true);
    else
        gather_all(to, t, pixels, false);
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
    __asm__ volatile("ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [%[panel]], #64\n\t"                                      \
                     "ld1 {v4.16b, v5.16b}, [%[panel]]\n\t" NEXT_PIXEL pixels(PIXEL_ONE, uaddlp)                      \
                     : SUMS("=&w"), [a] "+r"(a), [panel] "+r"(panel)::CLOBBERED)
#define STEPS(pixels)                                                                                                  \
    __asm__ volatile(NEXT_PIXEL "1:\n\t"                                                                              \
                                "ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [%[panel]], #64\n\t"                           \
                                "ld1 {v4.16b, v5.16b, v6.16b, v7.16b}, [%[panel]], #64\n\t"                           \
                                "ld1 {v8.16b, v9.16b, v10.16b, v11.16b}, [%[panel]], #64\n\t" pixels(                 \
                                    PIXEL_TWO, uadalp) "cmp %[panel], %[end]\n\tb.ne 1b\n\t"                         \
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

/* A tile of up to 8 pixels and 8 channels. */
struct triples {
    const struct conv_tiles *t;
    const uint8_t *pixels;       /* gathered */
    size_t steps, left;          /* whole steps; words beyond them */
    size_t size;                 /* of a gathered pixel */
    size_t first, column, panel; /* bytes of the panel of 4 channels */
    int32x4_t excess;            /* 2 * the sums of a pixel and a channel that differ in nothing */
};

/* Of 2 pixels x 4 channels each. Passed and returned in registers. */
struct triples_sums {
    int16x8_t pairs[TRIPLES_MR / 2];
};

/* ~parity - 2 * carry. Reads a pixel beyond the last, which is still scratch. */
static inline __attribute__((always_inline)) struct triples_sums triples_add(const struct triples *s, size_t mr,
                                                                             const uint8_t *panels) {
    uint16x8_t carry[TRIPLES_MR / 2], parity[TRIPLES_MR / 2];
    const uint8_t *end = panels + s->steps * 192, *panel = end, *a = s->pixels + s->steps * mr * 48;
    if (s->left != 0) {
        BY_ROWS(LAST_STEP);
    } else {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < TRIPLES_MR / 2; i++)
            carry[i] = parity[i] = vdupq_n_u16(0);
    }
    a = s->pixels, panel = panels;
    if (s->steps > 0)
        BY_ROWS(STEPS);
    struct triples_sums sums;
    int16x8_t two = vdupq_n_s16(2);
    __asm__("" : "+w"(two)); /* else it adds twice */
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TRIPLES_MR / 2; i++)
        sums.pairs[i] = vmlsq_s16(vreinterpretq_s16_u16(parity[i]), vreinterpretq_s16_u16(carry[i]), two);
    return sums;
}

/* A byte that is all ones for every bit: 4 pixels x 4 channels. */
struct triples_below {
    uint8x16_t of[TRIPLES_MR / 4];
};

static inline struct triples_below below_of(const uint16x8_t pairs[TRIPLES_MR / 2]) {
    return (struct triples_below){{vuzp1q_u8(vreinterpretq_u8_u16(pairs[0]), vreinterpretq_u8_u16(pairs[1])),
                                   vuzp1q_u8(vreinterpretq_u8_u16(pairs[2]), vreinterpretq_u8_u16(pairs[3]))}};
}

static inline struct triples_below triples_compare(const struct triples *s, const struct triples_sums *sums) {
    const int16_t *limits = (const int16_t *)s->t->limits + s->column;
    int16x8_t limit = vreinterpretq_s16_u64(vld1q_dup_u64((const uint64_t *)(const void *)limits));
    uint16x8_t below[TRIPLES_MR / 2];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TRIPLES_MR / 2; i++)
        below[i] = vcleq_s16(sums->pairs[i], limit);
    return below_of(below);
}

/* The same where every pixel may have limits of its own. */
static __attribute__((noinline)) struct triples_below triples_compare_each(const struct triples *s,
                                                                           struct triples_sums sums, size_t mr) {
    const int16_t *limits = (const int16_t *)s->t->limits + s->column;
    const int32_t *const *row = s->t->starts + s->first;
    uint16x8_t below[TRIPLES_MR / 2];
    for (size_t i = 0, r = 0; i < TRIPLES_MR / 2; i++, r = r + 2 < mr ? r + 2 : r)
        below[i] = vcleq_s16(sums.pairs[i], vcombine_s16(vld1_s16(limits + (row[r] - s->t->starts_base)),
                                                         vld1_s16(limits + (row[r + (mr > 1)] - s->t->starts_base))));
    return below_of(below);
}

/* A walk over the outputs of a tile, two pixels at a time; the only one of a tile counts as two. */
struct triples_rows_of {
    uint8_t *at;
    size_t stride;
};

static inline struct triples_rows_of triples_out(const struct triples *s, const void *base, size_t stride, size_t mr) {
    return (struct triples_rows_of){(uint8_t *)base + (s->t->pixel + s->first) * stride + 4 * s->column,
                                    mr > 1 ? stride : 0};
}

/* What the sums of a pixel start from. */
static inline int32x4_t triples_start(const struct triples *s, size_t r) {
    return vsubq_s32(vld1q_s32(s->t->starts[s->first + r] + s->column), s->excess);
}

/* Whole sums of the next two pixels; `start` holds those of the two before. */
static inline int32x4x2_t triples_two(const struct triples *s, size_t mr, size_t r, int16x8_t sums, bool each,
                                      int32x4x2_t *start) {
    if (r == 0 || (each && r < mr)) {
        start->val[0] = triples_start(s, r);
        start->val[1] = triples_start(s, r + (mr > 1));
    }
    return (int32x4x2_t){{vaddq_s32(start->val[0], vshll_n_s16(vget_low_s16(sums), 1)),
                          vaddq_s32(start->val[1], vshll_high_n_s16(sums, 1))}};
}

static __attribute__((noinline)) void triples_put(const struct triples *s, struct triples_sums sums, size_t mr) {
    const struct conv_tiles *t = s->t;
    struct triples_rows_of to = triples_out(s, t->args->out, t->args->out_stride, mr);
    if (t->sums) {
        to.stride = mr > 1 ? 4 * t->sums_stride : 0;
        to.at = (uint8_t *)(t->sums + s->first * t->sums_stride + (s->column - t->column));
    }
    const bool each = s->t->args->border == BORDER_ZERO;
    int32x4x2_t start;
    for (size_t r = 0; r < mr; r += 2, to.at += 2 * to.stride) {
        int32x4x2_t sum = triples_two(s, mr, r, sums.pairs[r / 2], each, &start);
        vst1q_s32((int32_t *)(void *)to.at, sum.val[0]);
        vst1q_s32((int32_t *)(void *)(to.at + to.stride), sum.val[1]);
    }
}

static inline float32x4_t floats_at(const uint8_t *at) { return vld1q_f32((const float *)(const void *)at); }

TILE_INLINE float_pair(float32x4_t y[2], struct triples_rows_of *to, struct triples_rows_of *from, bool shortcut) {
    if (shortcut) {
        y[0] = vaddq_f32(y[0], floats_at(from->at)), y[1] = vaddq_f32(y[1], floats_at(from->at + from->stride));
        from->at += 2 * from->stride;
    }
    vst1q_f32((float *)(void *)to->at, y[0]), vst1q_f32((float *)(void *)(to->at + to->stride), y[1]);
    to->at += 2 * to->stride;
}

static __attribute__((noinline)) struct triples_below triples_floats(const struct triples *s, struct triples_sums sums,
                                                                     size_t mr) {
    const struct conv_args *g = s->t->args;
    struct triples_rows_of to = triples_out(s, g->out, g->out_stride, mr);
    struct triples_rows_of from = triples_out(s, g->shortcut, g->shortcut_stride, mr);
    float32x4_t scale = vld1q_f32(g->scale + s->column), bias = vld1q_f32(g->bias + s->column);
    const bool each = g->border == BORDER_ZERO, shortcut = g->shortcut != NULL;
    uint16x8_t below[TRIPLES_MR / 2];
    int32x4x2_t start;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < TRIPLES_MR; r += 2) {
        int32x4x2_t sum = triples_two(s, mr, r, sums.pairs[r / 2], each, &start);
        float32x4_t y[2] = {vaddq_f32(vmulq_f32(vcvtq_f32_s32(sum.val[0]), scale), bias),
                            vaddq_f32(vmulq_f32(vcvtq_f32_s32(sum.val[1]), scale), bias)};
        if (r < mr)
            float_pair(y, &to, &from, shortcut);
        below[r / 2] = vuzp1q_u16(vreinterpretq_u16_u32(vcltzq_f32(y[0])), vreinterpretq_u16_u32(vcltzq_f32(y[1])));
    }
    return below_of(below);
}

/* Signs of 8 pixels x 8 channels, a byte a pixel. */
TILE_INLINE triples_bits(const struct triples *s, size_t mr, const struct triples_below below[2], uint8_t flip) {
    const struct conv_args *g = s->t->args;
    const uint8x16_t low = vdupq_n_u8(0x0f), weight = vreinterpretq_u8_u32(vdupq_n_u32(0x88442211));
    uint8x16_t bits[TRIPLES_MR / 4];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < TRIPLES_MR / 4; i++)
        bits[i] = vandq_u8(vbslq_u8(low, below[0].of[i], below[1].of[i]), weight);
    uint8x16_t bytes = vpaddq_u8(bits[0], bits[1]);
    bytes = veorq_u8(vpaddq_u8(bytes, bytes), vdupq_n_u8(flip));
    uint8_t *to = (uint8_t *)g->bits + (s->t->pixel + s->first) * g->bits_stride + s->t->column / 8;
    if (mr < 8) {
        for (size_t r = 0; r < mr; r++, to += g->bits_stride)
            vst1q_lane_u8(to, bytes, 0), bytes = vextq_u8(bytes, bytes, 1);
        return;
    }
    /* one instruction a pixel; the compiler takes two */
#define PUT_BYTE(i) "st1 {%[bytes].b}[" #i "], [%[to]], %[stride]\n\t"
    __asm__ volatile(PUT_BYTE(0) PUT_BYTE(1) PUT_BYTE(2) PUT_BYTE(3) PUT_BYTE(4) PUT_BYTE(5) PUT_BYTE(6) PUT_BYTE(7)
                     : [to] "+r"(to)
                     : [bytes] "w"(bytes), [stride] "r"(g->bits_stride)
                     : "memory");
}

TILE_INLINE triples_tile(struct triples *s, size_t mr) {
    const struct conv_tiles *t = s->t;
    const struct conv_args *g = t->args;
    const enum conv_epilogue epilogue = t->sums ? EPILOGUE_SUMS : g->epilogue;
    struct triples_below below[2];
    const uint8_t *panel = t->panel;
    s->column = t->column;
#pragma clang loop unroll(disable)
    for (size_t half = 0; half < 2; half++, panel += s->panel, s->column += HALF) {
        struct triples_sums sums = triples_add(s, mr, panel);
        if (epilogue == EPILOGUE_BITS)
            below[half] = g->border == BORDER_ZERO ? triples_compare_each(s, sums, mr) : triples_compare(s, &sums);
        else if (epilogue == EPILOGUE_SUMS)
            triples_put(s, sums, mr);
        else
            below[half] = triples_floats(s, sums, mr);
    }
    if (epilogue == EPILOGUE_BITS)
        triples_bits(s, mr, below, ((const uint8_t *)g->flip)[t->column / 8]);
    else if (epilogue == EPILOGUE_FLOAT_BITS)
        triples_bits(s, mr, below, 0);
    s->first += mr, s->pixels += mr * s->size;
}

static void triples_tiles(const struct conv_tiles *t, size_t pixels) {
    size_t words = t->lines * t->words;
    struct triples s = {.t = t, .pixels = t->gathered, .steps = words / (2 * WORDS), .left = words % (2 * WORDS),
                        .size = triples_bytes(words), .panel = words * 8 * HALF,
                        .excess = vdupq_n_s32((int32_t)(words / WORDS * 128))};
    while (s.first + 8 <= pixels)
        triples_tile(&s, 8);
    if (s.first + 4 <= pixels)
        triples_tile(&s, 4);
    if (s.first + 2 <= pixels)
        triples_tile(&s, 2);
    if (s.first < pixels)
        triples_tile(&s, 1);
    if (!t->sums && (t->args->epilogue == EPILOGUE_BITS || t->args->epilogue == EPILOGUE_FLOAT_BITS))
        clear_rest(t->args, t->pixel, t->column, pixels);
}

/* Bits differ from `limit` on: ~parity - 2 * carry = triples * 64 - differ is at most this. */
static void triples_prepare(void *limits, const struct conv_args *g, const int32_t *starts, size_t rows,
                            size_t stride) {
    int64_t triples = (int64_t)(g->shape.window * g->shape.window * bits_row_bytes(g->shape.c) / 8 / WORDS);
    for (size_t row = 0; row < rows && g->epilogue == EPILOGUE_BITS; row++)
        for (size_t o = 0; o < g->shape.n; o++) {
            int64_t limit = (((int64_t)starts[row * stride + o] - g->threshold[o]) >> 1) + 1;
            limit = limit < 0 ? 0 : limit > 192 * triples + 1 ? 192 * triples + 1 : limit;
            ((int16_t *)limits)[row * stride + o] = (int16_t)(64 * triples - limit);
        }
}

/* The first words of a triple up to this one; the whole triple inverted. */
static uint64_t triples_form(const uint8_t *row, bool even, size_t step, size_t word, size_t half) {
    uint64_t form = word == WORDS - 1 ? ~(uint64_t)0 : 0;
    for (size_t i = 0; row != NULL && i <= word; i++)
        form ^= load_u64(row + 8 * triples_word(even, step, i, half));
    return form;
}

static uint8_t *triples_pack_word(uint8_t *to, const uint8_t *row, bool even, size_t step, size_t word, size_t half) {
    uint64_t form = triples_form(row, even, step, word, half);
    memcpy(to, &form, sizeof form);
    return to + sizeof form;
}

/* Four channels: of every step the vectors of each channel, at last of each pair of channels. */
static uint8_t *triples_pack_half(uint8_t *to, const uint8_t *const row[HALF], size_t words, bool even) {
    size_t steps = words / (2 * WORDS);
    for (size_t step = 0; step < steps; step++)
        for (size_t lane = 0; lane < HALF; lane++)
            for (size_t i = 0; i < 2 * WORDS; i++)
                to = triples_pack_word(to, row[lane], even, step, i / 2, i % 2);
    for (size_t i = 0; i < 4 * WORDS && words % (2 * WORDS) != 0; i++)
        to = triples_pack_word(to, row[i / 6 * 2 + i % 2], even, steps, i / 2 % WORDS, 0);
    return to;
}

static void triples_pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines,
                         size_t words) {
    for (size_t o = 0; o < (n + TRIPLES_NR - 1) / TRIPLES_NR * TRIPLES_NR; o += HALF) {
        const uint8_t *row[HALF];
        for (size_t lane = 0; lane < HALF; lane++)
            row[lane] = o + lane < n ? (const uint8_t *)w->b + (first + o + lane) * w->b_stride : NULL;
        panels = triples_pack_half(panels, row, lines * words, words % 2 == 0);
    }
}

static const struct conv_form triples_form_of_all = {
    .nr = TRIPLES_NR, .word_bytes = 8, .max_words = TRIPLES_MAX_WORDS, .pack = triples_pack, .tiles = triples_tiles,
    .gather = triples_gather, .gathered_bytes = triples_bytes, .finish_pixel = xnor_conv_finish,
    .multiple = TRIPLES_NR, .ends = (1u << EPILOGUE_COUNT) - 1, .limit_bytes = 2, .prepare = triples_prepare};

static const struct conv_form *form_of(const struct conv_shape *s) {
    size_t line = s->window * (bits_row_bytes(s->c / s->groups) / 8);
    return line % WORDS == 0 && line * s->window <= TRIPLES_MAX_WORDS ? &triples_form_of_all : &addp_form;
}

static void run(const struct conv_args *g) { xnor_conv_run(g, form_of(&g->shape)); }
static size_t rhs_bytes(const struct conv_shape *s) { return xnor_conv_rhs_bytes(s, form_of(s)); }
static size_t work_bytes(const struct conv_shape *s) { return xnor_conv_work_bytes(s, form_of(s)); }
static void pack_rhs(void *rhs, const struct conv_weights *w) { xnor_conv_pack(rhs, w, form_of(&w->shape)); }
#endif
