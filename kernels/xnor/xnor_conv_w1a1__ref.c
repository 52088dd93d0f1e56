/* The oracle of xnor_conv_w1a1: for every output the window, tap by tap, never tuned. */
#include "conv_plain.h"

static int32_t sum_at(const struct conv_args *g, size_t y, size_t x, size_t o) {
    const struct conv_shape *s = &g->shape;
    size_t channels = s->c / s->groups, words = (channels + 63) / 64, first = o / (s->n / s->groups) * channels;
    const uint64_t *weights = (const uint64_t *)g->rhs + o * s->window * s->window * words;
    int64_t sum = 0;
    for (size_t ky = 0; ky < s->window; ky++)
        for (size_t kx = 0; kx < s->window; kx++, weights += words) {
            ptrdiff_t from_y = (ptrdiff_t)(y * s->stride + ky) - (ptrdiff_t)s->pad;
            ptrdiff_t from_x = (ptrdiff_t)(x * s->stride + kx) - (ptrdiff_t)s->pad;
            if (g->border == BORDER_ZERO && !plain_inside(s, from_y, from_x))
                continue;
            for (size_t i = 0; i < channels; i += 64) {
                size_t count = channels - i < 64 ? channels - i : 64;
                uint64_t differ = plain_input(g, from_y, from_x, first + i, count) ^ weights[i / 64];
                sum += (int64_t)count - 2 * __builtin_popcountll(differ);
            }
        }
    return (int32_t)sum;
}

static void run(const struct conv_args *g) {
    size_t wide = conv_out(&g->shape, g->shape.w);
    for (size_t y = g->row; y < g->row + g->rows; y++)
        for (size_t x = 0; x < wide; x++)
            for (size_t o = 0; o < g->shape.n; o++)
                plain_finish(g, y * wide + x, o, sum_at(g, y, x, o));
}

static size_t row_bytes(const struct conv_shape *s) {
    return s->window * s->window * bits_row_bytes(s->c / s->groups);
}

static size_t rhs_bytes(const struct conv_shape *s) { return s->n * row_bytes(s); }

static size_t work_bytes(const struct conv_shape *s) {
    (void)s;
    return 0;
}

static void pack_rhs(void *rhs, const struct conv_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->shape.n, row_bytes(&w->shape));
}

const struct conv_kernel xnor_conv_w1a1__ref = {run, rhs_bytes, work_bytes, pack_rhs};
