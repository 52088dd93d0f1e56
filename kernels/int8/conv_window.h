/* Windows of a map of bytes as rows of a matrix. */
#ifndef INT8_CONV_WINDOW_H
#define INT8_CONV_WINDOW_H
#include "../include/conv.h"
#include <string.h>

/* memcpy without its call: lines of a window are short, a few channels each. */
static inline void copy_bytes(uint8_t *to, const uint8_t *from, size_t bytes) {
    size_t i = 0;
    for (; i + 64 <= bytes; i += 64)
        memcpy(to + i, from + i, 64);
    for (; i + 16 <= bytes; i += 16)
        memcpy(to + i, from + i, 16);
    if (i < bytes && bytes >= 16) {
        memcpy(to + bytes - 16, from + bytes - 16, 16);
        return;
    }
#pragma clang loop vectorize(disable) unroll(disable)
    for (; i < bytes; i++)
        to[i] = from[i];
}

/* `pixels` neighbours of a line, `channels` bytes of each. */
static inline void copy_pixels(uint8_t *to, const uint8_t *from, size_t pixels, size_t channels, size_t stride) {
    if (channels == stride) {
        copy_bytes(to, from, pixels * channels);
        return;
    }
    for (size_t i = 0; i < pixels; i++)
        copy_bytes(to + i * channels, from + i * stride, channels);
}

/* One line of a window: `skip` taps before the map, then those inside up to `end`, then those behind it. */
struct window_line {
    ptrdiff_t left;
    size_t skip, end, taps;
};

static inline void gather_line(uint8_t *to, const uint8_t *map_line, const struct window_line *l, size_t channels,
                               const struct conv_args *g) {
    size_t stride = g->input_stride, last = g->shape.w - 1;
    for (size_t i = 0; i < l->skip; i++)
        if (g->border == BORDER_REPLICATE)
            copy_bytes(to + i * channels, map_line, channels);
        else
            memset(to + i * channels, 0, channels);
    if (l->skip < l->end)
        copy_pixels(to + l->skip * channels, map_line + (size_t)(l->left + (ptrdiff_t)l->skip) * stride,
                    l->end - l->skip, channels, stride);
    for (size_t i = l->end; i < l->taps; i++)
        if (g->border == BORDER_REPLICATE)
            copy_bytes(to + i * channels, map_line + last * stride, channels);
        else
            memset(to + i * channels, 0, channels);
}

static inline size_t clamp_to(ptrdiff_t at, size_t side) {
    return at < 0 ? 0 : (size_t)at < side ? (size_t)at : side - 1;
}

static inline void gather_window(uint8_t *to, const struct conv_args *g, const uint8_t *input, size_t y, size_t x) {
    const struct conv_shape *s = &g->shape;
    size_t channels = s->c / s->groups, line = s->window * channels;
    ptrdiff_t top = (ptrdiff_t)(y * s->stride) - (ptrdiff_t)s->pad;
    struct window_line l = {.left = (ptrdiff_t)(x * s->stride) - (ptrdiff_t)s->pad, .taps = s->window};
    ptrdiff_t inside = (ptrdiff_t)s->w - l.left; /* more than 0: a window begins before the map ends or in its border */
    l.skip = l.left < 0 ? (size_t)-l.left : 0;
    l.end = inside <= 0 ? 0 : (size_t)inside < l.taps ? (size_t)inside : l.taps;
    if (l.skip > l.taps)
        l.skip = l.taps;
    if (l.skip == 0 && l.end == l.taps && top >= 0 && (size_t)top + s->window <= s->h && channels == g->input_stride) {
        /* most windows */
        const uint8_t *from = input + ((size_t)top * s->w + (size_t)l.left) * channels;
        for (size_t ky = 0; ky < s->window; ky++)
            copy_bytes(to + ky * line, from + ky * s->w * channels, line);
        return;
    }
    for (size_t ky = 0; ky < s->window; ky++, to += line) {
        ptrdiff_t from = top + (ptrdiff_t)ky;
        if (g->border != BORDER_REPLICATE && (from < 0 || (size_t)from >= s->h))
            memset(to, 0, line);
        else
            gather_line(to, input + clamp_to(from, s->h) * s->w * g->input_stride, &l, channels, g);
    }
}

/* Windows first .. first + count of the output, in reading order, one behind the other. */
static inline void gather_windows(uint8_t *to, const struct conv_args *g, const uint8_t *input, size_t first,
                                  size_t count) {
    const struct conv_shape *s = &g->shape;
    size_t wide = conv_out(s, s->w), y = first / wide, x = first % wide;
    size_t row = s->c / s->groups * s->window * s->window;
    for (size_t i = 0; i < count; i++, to += row) {
        gather_window(to, g, input, y, x);
        if (++x == wide)
            x = 0, y++;
    }
}
#endif
