/* Windows of a map of bytes as rows of a matrix. */
#ifndef INT8_CONV_WINDOW_H
#define INT8_CONV_WINDOW_H
#include "../conv_form.h"
#include <string.h>

/* One line of a window: `skip` taps before the map, then those inside up to `end`, then those behind it. */
struct window_line {
    const struct conv_args *g;
    const struct conv_form *form;
    ptrdiff_t left;
    size_t skip, end, taps, channels;
};

/* Most windows lie inside of the map; what serves the others is called, not copied into every use. */
#define WINDOW_PART static __attribute__((noinline))

/* `pixels` neighbours of a line, `channels` bytes of each. */
WINDOW_PART void copy_pixels(const struct window_line *l, uint8_t *to, const uint8_t *from, size_t pixels) {
    size_t channels = l->channels, stride = l->g->input_stride;
    if (channels == stride) {
        l->form->copy_bytes(to, from, pixels * channels);
        return;
    }
    for (size_t i = 0; i < pixels; i++)
        l->form->copy_bytes(to + i * channels, from + i * stride, channels);
}

/* Taps outside of the map, whose nearest pixel is `nearest`. */
WINDOW_PART void fill_outside(const struct window_line *l, uint8_t *to, const uint8_t *nearest, size_t taps) {
    if (l->g->border != BORDER_REPLICATE) {
        memset(to, 0, taps * l->channels);
        return;
    }
    for (size_t i = 0; i < taps; i++)
        l->form->copy_bytes(to + i * l->channels, nearest, l->channels);
}

WINDOW_PART void gather_line(const struct window_line *l, uint8_t *to, const uint8_t *map_line) {
    size_t stride = l->g->input_stride, last = l->g->shape.w - 1;
    fill_outside(l, to, map_line, l->skip);
    if (l->skip < l->end)
        copy_pixels(l, to + l->skip * l->channels, map_line + (size_t)(l->left + (ptrdiff_t)l->skip) * stride,
                    l->end - l->skip);
    fill_outside(l, to + l->end * l->channels, map_line + last * stride, l->taps - l->end);
}

static inline size_t clamp_to(ptrdiff_t at, size_t side) {
    return at < 0 ? 0 : (size_t)at < side ? (size_t)at : side - 1;
}

static void gather_window(uint8_t *to, const struct conv_args *g, const struct conv_form *form, const uint8_t *input,
                          size_t y, size_t x) {
    const struct conv_shape *s = &g->shape;
    size_t channels = s->c / s->groups, line = s->window * channels;
    ptrdiff_t top = (ptrdiff_t)(y * s->stride) - (ptrdiff_t)s->pad;
    struct window_line l = {.g = g,
                            .form = form,
                            .left = (ptrdiff_t)(x * s->stride) - (ptrdiff_t)s->pad,
                            .taps = s->window,
                            .channels = channels};
    ptrdiff_t inside = (ptrdiff_t)s->w - l.left; /* more than 0: a window begins before the map ends or in its border */
    l.skip = l.left < 0 ? (size_t)-l.left : 0;
    l.end = inside <= 0 ? 0 : (size_t)inside < l.taps ? (size_t)inside : l.taps;
    if (l.skip > l.taps)
        l.skip = l.taps;
    if (l.skip == 0 && l.end == l.taps && top >= 0 && (size_t)top + s->window <= s->h && channels == g->input_stride) {
        /* most windows */
        const uint8_t *from = input + ((size_t)top * s->w + (size_t)l.left) * channels;
        for (size_t ky = 0; ky < s->window; ky++)
            form->copy_bytes(to + ky * line, from + ky * s->w * channels, line);
        return;
    }
    for (size_t ky = 0; ky < s->window; ky++, to += line) {
        ptrdiff_t from = top + (ptrdiff_t)ky;
        if (g->border != BORDER_REPLICATE && (from < 0 || (size_t)from >= s->h))
            memset(to, 0, line);
        else
            gather_line(&l, to, input + clamp_to(from, s->h) * s->w * g->input_stride);
    }
}

/* Windows first .. first + count of the output, in reading order, one behind the other. */
static void gather_windows(const struct conv_args *g, const struct conv_form *form, const uint8_t *input, size_t first,
                           size_t count) {
    uint8_t *to = g->work;
    const struct conv_shape *s = &g->shape;
    size_t wide = conv_out(s, s->w), y = first / wide, x = first % wide;
    size_t row = s->c / s->groups * s->window * s->window;
    for (size_t i = 0; i < count; i++, to += row) {
        gather_window(to, g, form, input, y, x);
        if (++x == wide)
            x = 0, y++;
    }
}
#endif
