/* The oracle of xnor_dwconv_w1a1: for every output the window, tap by tap, never tuned. */
#include "conv_plain.h"

static int32_t sum_at(const struct conv_args *g, size_t y, size_t x, size_t o) {
    const struct conv_shape *s = &g->shape;
    size_t words = (s->c + 63) / 64;
    int32_t sum = 0;
    for (size_t tap = 0; tap < s->window * s->window; tap++) {
        ptrdiff_t from_y = (ptrdiff_t)(y * s->stride + tap / s->window) - (ptrdiff_t)s->pad;
        ptrdiff_t from_x = (ptrdiff_t)(x * s->stride + tap % s->window) - (ptrdiff_t)s->pad;
        if (g->border == BORDER_ZERO && !plain_inside(s, from_y, from_x))
            continue;
        uint64_t weight = ((const uint64_t *)g->rhs)[tap * words + o / 64] >> o % 64 & 1;
        sum += plain_input(g, from_y, from_x, o, 1) == weight ? 1 : -1;
    }
    return sum;
}

static void run(const struct conv_args *g) {
    size_t wide = conv_out(&g->shape, g->shape.w);
    for (size_t y = g->row; y < g->row + g->rows; y++)
        for (size_t x = 0; x < wide; x++)
            for (size_t o = 0; o < g->shape.n; o++)
                plain_finish(g, y * wide + x, o, sum_at(g, y, x, o));
}

static size_t rhs_bytes(const struct conv_shape *s) { return s->window * s->window * bits_row_bytes(s->c); }

static size_t work_bytes(const struct conv_shape *s) {
    (void)s;
    return 0;
}

static void pack_rhs(void *rhs, const struct conv_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->shape.window * w->shape.window, bits_row_bytes(w->shape.c));
}

const struct conv_kernel xnor_dwconv_w1a1__ref = {run, rhs_bytes, work_bytes, pack_rhs};
