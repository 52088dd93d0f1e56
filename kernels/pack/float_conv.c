/* Rows of A are gathered block by block into `work`; what follows a sum is done on the last block of K, while the
 * sums are still near. */
#include "float_conv.h"
#include "panel.h"
#include <string.h>
#pragma STDC FP_CONTRACT OFF

/* Elements first .. first + k of the window of output pixel (y, x), taps in reading order, each the channels of a
 * group. */
struct gather {
    const struct conv_args *args;
    float_copy_fn *copy;
    size_t group, y, x, first, k;
};

/* Few channels make short runs, for which a call costs more than the copy. */
static void gather_copy(const struct gather *g, float *to, const float *from, size_t count) {
    if (count >= 16 && g->copy)
        g->copy(to, from, count);
    else if (count >= 16)
        memcpy(to, from, 4 * count);
    else
#pragma clang loop vectorize(disable)
        for (size_t i = 0; i < count; i++)
            to[i] = from[i];
}

static size_t gather_clamp(ptrdiff_t at, size_t side) {
    return at < 0 ? 0 : (size_t)at >= side ? side - 1 : (size_t)at;
}

/* `count` values from channel `channel` of the pixel on; the border where there is none. */
static void gather_pixel(const struct gather *g, float *to, ptrdiff_t y, ptrdiff_t x, size_t channel,
                                size_t count) {
    const struct conv_shape *s = &g->args->shape;
    bool inside = y >= 0 && x >= 0 && (size_t)y < s->h && (size_t)x < s->w;
    if (!inside && g->args->border != BORDER_REPLICATE) {
        memset(to, 0, 4 * count);
        return;
    }
    size_t pixel = gather_clamp(y, s->h) * s->w + gather_clamp(x, s->w);
    const uint8_t *from = (const uint8_t *)g->args->input + pixel * g->args->input_stride;
    gather_copy(g, to, (const float *)from + g->group * (s->c / s->groups) + channel, count);
}

static void gather_row(const struct gather *g, float *to) {
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

struct walk {
    const struct conv_args *args;
    size_t group, wide; /* wide: output pixels in a row */
    size_t first;       /* the pixel that is row 0 of the product */
};

static void rows(const struct product *p, const struct product_block *at, struct float_tile *t) {
    const struct walk *walk = p->source;
    const struct conv_shape *s = &walk->args->shape;
    struct gather g = {.args = walk->args, .copy = p->tiles->copy, .group = walk->group, .first = at->first, .k = at->k};
    float *to = p->work;
    size_t stride = walk->args->input_stride;
    if (s->window == 1 && s->stride == 1 && s->pad == 0 && product_in_place(p, at, stride)) {
        t->a = (const uint8_t *)walk->args->input + (walk->first + at->row) * stride + 4 * (walk->group * p->k + at->first);
        t->ahead = t->a + at->rows * stride;
        t->a_stride = t->ahead_stride = stride;
        return;
    }
    /* most of what the next rows need was read for these: nothing is to be brought */
    t->a = t->ahead = (const uint8_t *)to;
    t->a_stride = t->ahead_stride = product_stride(at->k) * 4;
    for (size_t r = 0; r < at->rows; r++, to += product_stride(at->k)) {
        g.y = (walk->first + at->row + r) / walk->wide;
        g.x = (walk->first + at->row + r) % walk->wide;
        gather_row(&g, to);
    }
}

/* y = sum * scale + bias, then + shortcut. */
static void done(const struct product *p, const struct product_block *at) {
    const struct walk *walk = p->source;
    const struct conv_args *g = walk->args;
    size_t o = walk->group * p->n + at->column;
    if (g->epilogue == EPILOGUE_SUMS)
        return;
    const float *scale = g->scale + o, *bias = g->bias + o;
    for (size_t row = at->row; row < at->row + at->rows; row++) {
        float *c = p->c + row * p->c_stride + at->column;
        const float *shortcut = NULL;
        if (g->shortcut != NULL)
            shortcut = (const float *)((const uint8_t *)g->shortcut + (walk->first + row) * g->shortcut_stride) + o;
        if (p->tiles->finish) {
            p->tiles->finish(c, scale, bias, shortcut, at->columns);
            continue;
        }
#pragma clang loop interleave(disable) unroll(disable)
        for (size_t i = 0; i < at->columns; i++)
            c[i] = c[i] * scale[i] + bias[i];
        if (shortcut == NULL)
            continue;
#pragma clang loop interleave(disable) unroll(disable)
        for (size_t i = 0; i < at->columns; i++)
            c[i] = c[i] + shortcut[i];
    }
}

static size_t length(const struct conv_shape *s) { return s->window * s->window * (s->c / s->groups); }

static size_t group_bytes(const struct conv_shape *s, const struct float_tiles *tiles) {
    return panels_bytes(s->n / s->groups, 4 * length(s), tiles->nr, 4);
}

void float_conv_run(const struct conv_args *g, const struct float_tiles *tiles) {
    const struct conv_shape *s = &g->shape;
    struct walk walk = {.args = g, .wide = conv_out(s, s->w), .first = conv_first(g)};
    struct product p = {.tiles = tiles, .columns = PRODUCT_COLUMNS, .m = conv_end(g) - walk.first,
                        .n = s->n / s->groups, .k = length(s), .c_stride = g->out_stride / 4, .work = g->work,
                        .source = &walk, .rows = rows, .done = done};
    size_t bytes = group_bytes(s, tiles);
    p.rhs = g->rhs;
    p.c = (float *)g->out + walk.first * p.c_stride;
    for (; walk.group < s->groups; walk.group++, p.rhs += bytes, p.c += p.n)
        product_run(&p);
}

size_t float_conv_rhs_bytes(const struct conv_shape *s, const struct float_tiles *tiles) {
    return s->groups * group_bytes(s, tiles);
}

size_t float_conv_work_bytes(const struct conv_shape *s, const struct float_tiles *tiles) {
    struct product p = {.tiles = tiles, .columns = PRODUCT_COLUMNS, .n = s->n / s->groups, .k = length(s)};
    return product_work(&p);
}

void float_conv_pack(void *rhs, const struct conv_weights *w, const struct float_tiles *tiles) {
    const struct conv_shape *s = &w->shape;
    size_t n = s->n / s->groups, bytes = group_bytes(s, tiles);
    for (size_t group = 0; group < s->groups; group++)
        panel_pack((uint8_t *)rhs + group * bytes, (const uint8_t *)w->b + group * n * w->b_stride,
                   w->b_stride, n, 4 * length(s), tiles->nr, 4);
}
