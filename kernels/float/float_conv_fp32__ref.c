/* The oracle of float_conv_fp32: sums in double, rounded once, tap by tap. Never tuned. */
#include "../include/kernel.h"
#include "../pack/panel.h"
#pragma STDC FP_CONTRACT OFF

static size_t per_group(const struct conv_shape *s) { return s->c / s->groups; }

static size_t row_floats(const struct conv_shape *s) { return s->window * s->window * per_group(s); }

/* The first of a group's channels of an input pixel; NULL = a border of zeros. */
static const float *pixel(const struct conv_args *g, ptrdiff_t y, ptrdiff_t x, size_t group) {
    ptrdiff_t h = (ptrdiff_t)g->shape.h, w = (ptrdiff_t)g->shape.w;
    if (y < 0 || y >= h || x < 0 || x >= w) {
        if (g->border != BORDER_REPLICATE)
            return NULL;
        y = y < 0 ? 0 : y >= h ? h - 1 : y;
        x = x < 0 ? 0 : x >= w ? w - 1 : x;
    }
    const uint8_t *at = (const uint8_t *)g->input + (size_t)(y * w + x) * g->input_stride;
    return (const float *)at + group * per_group(&g->shape);
}

static float sum_at(const struct conv_args *g, size_t y, size_t x, size_t o) {
    const struct conv_shape *s = &g->shape;
    const float *b = (const float *)g->rhs + o * row_floats(s);
    double sum = 0;
    for (size_t tap = 0; tap < s->window * s->window; tap++, b += per_group(s)) {
        ptrdiff_t from_y = (ptrdiff_t)(y * s->stride + tap / s->window) - (ptrdiff_t)s->pad;
        ptrdiff_t from_x = (ptrdiff_t)(x * s->stride + tap % s->window) - (ptrdiff_t)s->pad;
        const float *a = pixel(g, from_y, from_x, o / (s->n / s->groups));
        for (size_t i = 0; a != NULL && i < per_group(s); i++)
            sum += (double)a[i] * (double)b[i];
    }
    return (float)sum;
}

static float epilogue(const struct conv_args *g, float y, size_t at, size_t o) {
    if (g->epilogue == EPILOGUE_SUMS)
        return y;
    y = y * g->scale[o];
    y = y + g->bias[o];
    if (g->shortcut != NULL)
        y = y + ((const float *)((const uint8_t *)g->shortcut + at * g->shortcut_stride))[o];
    return y;
}

static void run(const struct conv_args *g) {
    size_t wide = conv_out(&g->shape, g->shape.w);
    for (size_t at = conv_first(g); at < conv_end(g); at++)
        for (size_t o = 0; o < g->shape.n; o++)
            ((float *)((uint8_t *)g->out + at * g->out_stride))[o] =
                epilogue(g, sum_at(g, at / wide, at % wide, o), at, o);
}

static size_t rhs_bytes(const struct conv_shape *s) { return s->n * row_floats(s) * sizeof(float); }

static size_t work_bytes(const struct conv_shape *s) {
    (void)s;
    return 0;
}

static void pack_rhs(void *rhs, const struct conv_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->shape.n, row_floats(&w->shape) * sizeof(float));
}

const struct conv_kernel float_conv_fp32__ref = {run, rhs_bytes, work_bytes, pack_rhs};
