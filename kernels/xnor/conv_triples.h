/* xnor_conv_w1a1 by the full adders of triples.h: lines of taps of a multiple of three words, those of every 3 x 3
 * window among them. Pixels are gathered block by block; channels come in eights, for a byte of output bits. */
#ifndef XNOR_CONV_TRIPLES_H
#define XNOR_CONV_TRIPLES_H
#include "conv_addp.h"
#include "triples.h"

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

/* A tile of up to 8 pixels and 8 channels. */
struct triples {
    const struct conv_tiles *t;
    const uint8_t *pixels;       /* gathered */
    size_t steps, left;          /* whole steps; words beyond them */
    size_t size;                 /* of a gathered pixel */
    size_t first, column, panel; /* bytes of the panel of 4 channels */
    int32x4_t excess;            /* 2 * the sums of a pixel and a channel that differ in nothing */
};

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
    struct triples_rows_of to;
    if (t->sums)
        to = (struct triples_rows_of){(uint8_t *)(t->sums + s->first * t->sums_stride + (s->column - t->column)),
                                      mr > 1 ? 4 * t->sums_stride : 0};
    else
        to = triples_out(s, t->args->out, t->args->out_stride, mr);
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
    struct triples_rows_of from = to;
    if (g->shortcut)
        from = triples_out(s, g->shortcut, g->shortcut_stride, mr);
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
        struct triples_sums sums = triples_add(s->pixels, panel, s->steps, s->left != 0, mr);
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
