/* A piece of one row of A of a convolution: elements first .. first + k of the window of output pixel (y, x), taps in
 * reading order, each the channels of a group. */
#ifndef FLOAT_GATHER_H
#define FLOAT_GATHER_H
#include "../include/conv.h"
#include <stdbool.h>
#include <string.h>

struct gather {
    const struct conv_args *args;
    size_t group, y, x, first, k;
};

/* Few channels make short runs, for which a call costs more than the copy. */
static inline void gather_copy(float *to, const float *from, size_t count) {
    if (count >= 16)
        memcpy(to, from, 4 * count);
    else
        for (size_t i = 0; i < count; i++)
            to[i] = from[i];
}

static inline size_t gather_clamp(ptrdiff_t at, size_t side) {
    return at < 0 ? 0 : (size_t)at >= side ? side - 1 : (size_t)at;
}

/* `count` values from channel `channel` of the pixel on; the border where there is none. */
static inline void gather_pixel(const struct gather *g, float *to, ptrdiff_t y, ptrdiff_t x, size_t channel,
                                size_t count) {
    const struct conv_shape *s = &g->args->shape;
    bool inside = y >= 0 && x >= 0 && (size_t)y < s->h && (size_t)x < s->w;
    if (!inside && g->args->border != BORDER_REPLICATE) {
        for (size_t i = 0; i < count; i++)
            to[i] = 0;
        return;
    }
    size_t pixel = gather_clamp(y, s->h) * s->w + gather_clamp(x, s->w);
    const uint8_t *from = (const uint8_t *)g->args->input + pixel * g->args->input_stride;
    gather_copy(to, (const float *)from + g->group * (s->c / s->groups) + channel, count);
}

static inline void gather_row(const struct gather *g, float *to) {
    const struct conv_shape *s = &g->args->shape;
    size_t channels = s->c / s->groups, left = g->k;
    size_t tap = g->first / channels, channel = g->first % channels, row = tap / s->window, column = tap % s->window;
    ptrdiff_t top = (ptrdiff_t)(g->y * s->stride) - (ptrdiff_t)s->pad;
    ptrdiff_t side = (ptrdiff_t)(g->x * s->stride) - (ptrdiff_t)s->pad;
    /* without borders and gaps a row of the window is one run of memory */
    bool run = side >= 0 && (size_t)side + s->window <= s->w && g->args->input_stride == 4 * channels;
    while (left > 0) {
        ptrdiff_t y = top + (ptrdiff_t)row;
        bool whole = run && y >= 0 && (size_t)y < s->h;
        size_t most = (whole ? (s->window - column) * channels : channels) - channel;
        size_t count = left < most ? left : most;
        gather_pixel(g, to, y, side + (ptrdiff_t)column, channel, count);
        to += count, left -= count, channel = 0;
        column = whole || column + 1 == s->window ? 0 : column + 1;
        row += column == 0;
    }
}
#endif
