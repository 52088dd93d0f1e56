/* Convolutions as the definition has them: for every output the window, tap by tap. */
#include "oracle.h"
#include <string.h>

static double border_value(enum conv_border border) {
    return border == BORDER_PLUS_ONE ? 1 : border == BORDER_MINUS_ONE ? -1 : 0;
}

static size_t clamped(ptrdiff_t at, size_t side) { return at < 0 ? 0 : (size_t)at >= side ? side - 1 : (size_t)at; }

static double input_value(const struct kernel_case *c, ptrdiff_t y, ptrdiff_t x, size_t channel) {
    const struct conv_args *g = &c->args.conv;
    const struct conv_shape *s = &g->shape;
    bool inside = y >= 0 && x >= 0 && (size_t)y < s->h && (size_t)x < s->w;
    if (!inside && g->border != BORDER_REPLICATE)
        return border_value(g->border);
    size_t pixel = clamped(y, s->h) * s->w + clamped(x, s->w);
    return oracle_value(&c->forms.a, (const uint8_t *)g->input + pixel * g->input_stride, s->c, channel);
}

static double weight_value(const struct kernel_case *c, size_t o, size_t tap, size_t channel) {
    const struct conv_shape *s = &c->args.conv.shape;
    const uint8_t *b = c->weights;
    if (strcmp(c->variant->op, "dwconv") == 0)
        return oracle_value(&c->forms.b, b + tap * c->weights_stride, s->c, o);
    size_t per_group = s->c / s->groups, taps = s->window * s->window;
    const uint8_t *row = b + o * c->weights_stride + tap * (c->weights_stride / taps);
    return oracle_value(&c->forms.b, row, per_group, channel);
}

static double sum_at(const struct kernel_case *c, size_t y, size_t x, size_t o) {
    const struct conv_shape *s = &c->args.conv.shape;
    size_t per_group = s->c / s->groups, first = o / (s->n / s->groups) * per_group;
    double sum = 0;
    for (size_t tap = 0; tap < s->window * s->window; tap++)
        for (size_t i = 0; i < per_group; i++)
            sum += weight_value(c, o, tap, i) *
                   input_value(c, (ptrdiff_t)(y * s->stride + tap / s->window) - (ptrdiff_t)s->pad,
                               (ptrdiff_t)(x * s->stride + tap % s->window) - (ptrdiff_t)s->pad, first + i);
    return sum;
}

/* volatile: every operation rounded by itself, as conv.h has it */
static float scaled(const struct conv_args *g, double sum, size_t pixel, size_t o) {
    volatile float y = (float)sum;
    y = y * g->scale[o];
    y = y + g->bias[o];
    if (g->shortcut)
        y = y + ((const float *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride))[o];
    return y;
}

/* Pixels that the call does not make stay as they were. */
static void leave(const struct kernel_case *c, uint8_t *want, size_t pixel) {
    for (const struct case_output *o = c->outputs; o < c->outputs + c->output_count; want += o->bytes, o++)
        memset(want + pixel * o->stride, CASE_CANARY, o->elements * (o->type == CASE_BITS ? 8 : 4));
}

void oracle_conv(const struct kernel_case *c, void *want) {
    const struct conv_args *g = &c->args.conv;
    size_t wide = conv_out(&g->shape, g->shape.w);
    for (size_t pixel = 0; pixel < c->shape.m; pixel++) {
        if (pixel / wide < g->row || pixel / wide >= g->row + g->rows) {
            leave(c, want, pixel);
            continue;
        }
        for (size_t o = 0; o < c->shape.n; o++) {
            double y = sum_at(c, pixel / wide, pixel % wide, o);
            if (g->epilogue == EPILOGUE_BITS)
                y = (y < g->threshold[o]) != (g->flip[o / 64] >> o % 64 & 1) ? -1 : 1;
            else if (g->epilogue != EPILOGUE_SUMS)
                y = (double)scaled(g, y, pixel, o);
            oracle_put(c, want, 0, pixel, o, y);
            if (g->epilogue == EPILOGUE_FLOAT_BITS)
                oracle_put(c, want, 1, pixel, o, y);
        }
    }
}
