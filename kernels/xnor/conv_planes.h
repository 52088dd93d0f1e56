/* xnor_dwconv_w1a1 in plain C, 64 channels at once: every tap gives one word of differences, and counters that lie
 * across the words (plane j holds bit j of all 64 counts) take two of them in one full adder.
 *
 * A tap in a border of zeros is left out; those of the other borders are words like any others. */
#ifndef XNOR_CONV_PLANES_H
#define XNOR_CONV_PLANES_H
#include "../pack/tiles.h"
#include "conv_form.h"
#include <stdbool.h>

/* As many as bits in the count of a window's taps. */
enum { PLANES = 32 };

/* x and y into the counters; `used` planes hold all taps, so the last carry is always nothing. */
static inline void planes_add(uint64_t plane[PLANES], size_t used, uint64_t x, uint64_t y) {
    uint64_t half = plane[0] ^ x, carry = (plane[0] & x) | (half & y);
    plane[0] = half ^ y;
    for (size_t j = 1; j < used; j++) {
        uint64_t sum = plane[j] ^ carry;
        carry &= plane[j];
        plane[j] = sum;
    }
}

/* Rows of words of the taps of one output pixel, those of the map and those of the weights. */
struct taps {
    const uint64_t **map, **weights;
    size_t count;
};

/* start - 2 * count of 64 channels: eight flags of a plane become eight bytes at once. */
static __attribute__((noinline)) void planes_sums(const uint64_t plane[PLANES], size_t used, int32_t start, int32_t sums[64]) {
    for (size_t k = 0; k < 64; k++)
        sums[k] = start;
    for (size_t first = 0; first < used; first += 8) {
        uint64_t counts[8] = {0};
        for (size_t j = first; j < used && j < first + 8; j++)
            for (size_t i = 0; i < 8; i++) {
                /* flag k sits in bit k of byte k, then moves to bit 0 */
                uint64_t flags = (plane[j] >> 8 * i & 0xff) * 0x0101010101010101u & 0x8040201008040201u;
                counts[i] |= ((flags + 0x7f7f7f7f7f7f7f7fu) >> 7 & 0x0101010101010101u) << (j - first);
            }
        uint8_t bytes[64];
        memcpy(bytes, counts, sizeof bytes);
        for (size_t k = 0; k < 64; k++)
            sums[k] -= (int32_t)bytes[k] << (first + 1);
    }
}

static inline size_t planes_needed(size_t taps) {
    size_t used = 1;
    while (taps >> used != 0)
        used++;
    return used;
}

static inline void planes_word(const struct taps *t, size_t used, size_t word, uint64_t plane[PLANES]) {
    size_t i = 0;
    for (size_t j = 0; j < used; j++)
        plane[j] = 0;
    for (; i + 2 <= t->count; i += 2)
        planes_add(plane, used, load_u64(t->map[i] + word) ^ load_u64(t->weights[i] + word),
                   load_u64(t->map[i + 1] + word) ^ load_u64(t->weights[i + 1] + word));
    if (i < t->count)
        planes_add(plane, used, load_u64(t->map[i] + word) ^ load_u64(t->weights[i] + word), 0);
}

/* 4 planes are 15 taps: the usual window gets sums of a constant number of planes. */
static inline void planes_pixel(const struct taps *t, size_t words, int32_t *sums) {
    uint64_t plane[PLANES];
    size_t used = planes_needed(t->count);
    for (size_t word = 0; word < words; word++, sums += 64) {
        if (used <= 4)
            planes_word(t, 4, word, plane);
        else
            planes_word(t, used, word, plane);
        planes_sums(plane, used, (int32_t)t->count, sums);
    }
}

struct room {
    struct taps taps;
    uint64_t *plus, *minus; /* words of pixels outside of the map */
    int32_t *sums;
};

static inline size_t planes_words(const struct conv_shape *s) { return (s->c + 63) / 64; }

static inline struct room room_of(const struct conv_args *g) {
    size_t taps = g->shape.window * g->shape.window, words = planes_words(&g->shape);
    struct room r;
    r.plus = g->work, r.minus = r.plus + words;
    r.sums = (int32_t *)(r.minus + words);
    r.taps.map = (const uint64_t **)(r.sums + 64 * words), r.taps.weights = r.taps.map + taps;
    return r;
}

static size_t planes_work_bytes(const struct conv_shape *s) {
    return planes_words(s) * (16 + 256) + 2 * s->window * s->window * sizeof(void *);
}

static void list_taps(const struct conv_args *g, struct room *r, size_t y, size_t x) {
    const struct conv_shape *s = &g->shape;
    const uint64_t *weights = g->rhs;
    size_t count = 0;
    for (size_t ky = 0; ky < s->window; ky++)
        for (size_t kx = 0; kx < s->window; kx++, weights += planes_words(s)) {
            ptrdiff_t from_y = (ptrdiff_t)(y * s->stride + ky) - (ptrdiff_t)s->pad;
            ptrdiff_t from_x = (ptrdiff_t)(x * s->stride + kx) - (ptrdiff_t)s->pad;
            size_t near_y = conv_nearest(from_y, s->h), near_x = conv_nearest(from_x, s->w);
            bool inside = (ptrdiff_t)near_y == from_y && (ptrdiff_t)near_x == from_x;
            const uint64_t *map = g->border == BORDER_MINUS_ONE ? r->minus : r->plus;
            if (!inside && g->border == BORDER_ZERO)
                continue;
            if (inside || g->border == BORDER_REPLICATE)
                map = (const uint64_t *)((const uint8_t *)g->input + (near_y * s->w + near_x) * g->input_stride);
            r->taps.map[count] = map;
            r->taps.weights[count++] = weights;
        }
    r->taps.count = count;
}

static void planes_run(const struct conv_args *g) {
    const struct conv_shape *s = &g->shape;
    struct room r = room_of(g);
    size_t words = planes_words(s), wide = conv_out(s, s->w);
    memset(r.plus, 0, 8 * words);
    memset(r.minus, 0xff, 8 * words);
    for (size_t y = g->row, pixel = conv_first(g); y < g->row + g->rows; y++)
        for (size_t x = 0; x < wide; x++, pixel++) {
            list_taps(g, &r, y, x);
            planes_pixel(&r.taps, words, r.sums);
            xnor_conv_finish(g, pixel, r.sums);
        }
}

static size_t planes_rhs_bytes(const struct conv_shape *s) { return s->window * s->window * 8 * planes_words(s); }

static void planes_pack(void *rhs, const struct conv_weights *w) {
    size_t words = planes_words(&w->shape);
    for (size_t tap = 0; tap < w->shape.window * w->shape.window; tap++)
        memcpy((uint64_t *)rhs + tap * words, (const uint8_t *)w->b + tap * w->b_stride, 8 * words);
}
#endif
