/* The oracle of conv: for every output the window, tap by tap, code by code. A_BITS planes. */
#include "../include/kernel.h"
#include "../pack/panel.h"
#pragma STDC FP_CONTRACT OFF

static int64_t code_at(const uint64_t *pixel, size_t words, size_t channel) {
    int64_t code = 0;
    for (size_t p = 0; p < A_BITS; p++)
        code += (int64_t)(pixel[p * words + channel / 64] >> channel % 64 & 1) << p;
    return code;
}

static ptrdiff_t clamped(ptrdiff_t at, size_t side) {
    return at < 0 ? 0 : at >= (ptrdiff_t)side ? (ptrdiff_t)side - 1 : at;
}

/* The pixel under a tap; NULL where it is outside of the map and zero. */
static const uint64_t *pixel_at(const struct conv_args *g, ptrdiff_t y, ptrdiff_t x) {
    ptrdiff_t inside_y = clamped(y, g->shape.h), inside_x = clamped(x, g->shape.w);
    if ((y != inside_y || x != inside_x) && g->border != BORDER_REPLICATE)
        return NULL;
    size_t number = (size_t)inside_y * g->shape.w + (size_t)inside_x;
    return (const uint64_t *)((const uint8_t *)g->input + number * g->input_stride);
}

static int32_t sum_at(const struct conv_args *g, size_t y, size_t x, size_t o) {
    const struct conv_shape *s = &g->shape;
    size_t per_group = s->c / s->groups, first = o / (s->n / s->groups) * per_group, taps = s->window * s->window;
    const int8_t *weights = (const int8_t *)g->rhs + o * taps * per_group;
    int64_t sum = 0;
    for (size_t tap = 0; tap < taps; tap++) {
        const uint64_t *pixel = pixel_at(g, (ptrdiff_t)(y * s->stride + tap / s->window) - (ptrdiff_t)s->pad,
                                         (ptrdiff_t)(x * s->stride + tap % s->window) - (ptrdiff_t)s->pad);
        for (size_t i = 0; i < per_group && pixel; i++)
            sum += code_at(pixel, bits_row_bytes(s->c) / 8, first + i) * weights[tap * per_group + i];
    }
    return (int32_t)sum;
}

static void put_bit(uint64_t *bits, size_t o, int bit) {
    bits[o / 64] = (bits[o / 64] & ~((uint64_t)1 << o % 64)) | (uint64_t)bit << o % 64;
}

static void finish(const struct conv_args *g, size_t pixel, size_t o, int32_t sum) {
    uint64_t *bits = g->bits ? (uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride) : NULL;
    if (g->epilogue == EPILOGUE_SUMS) {
        ((int32_t *)((uint8_t *)g->out + pixel * g->out_stride))[o] = sum;
        return;
    }
    if (g->epilogue == EPILOGUE_BITS) {
        put_bit(bits, o, (sum < g->threshold[o]) != (int)(g->flip[o / 64] >> o % 64 & 1));
        return;
    }
    float y = (float)sum * g->scale[o];
    y = y + g->bias[o];
    if (g->shortcut)
        y = y + ((const float *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride))[o];
    ((float *)((uint8_t *)g->out + pixel * g->out_stride))[o] = y;
    if (g->epilogue == EPILOGUE_FLOAT_BITS)
        put_bit(bits, o, y < 0);
}

static void run(const struct conv_args *g) {
    size_t wide = conv_out(&g->shape, g->shape.w);
    for (size_t pixel = conv_first(g); pixel < conv_end(g); pixel++) {
        if (g->epilogue == EPILOGUE_BITS || g->epilogue == EPILOGUE_FLOAT_BITS)
            for (size_t i = 0; i < bits_row_bytes(g->shape.n) / 8; i++)
                ((uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride))[i] = 0;
        for (size_t o = 0; o < g->shape.n; o++)
            finish(g, pixel, o, sum_at(g, pixel / wide, pixel % wide, o));
    }
}

static size_t rhs_bytes(const struct conv_shape *s) { return s->n * s->window * s->window * (s->c / s->groups); }

static size_t work_bytes(const struct conv_shape *s) {
    (void)s;
    return 0;
}

static void pack_rhs(void *rhs, const struct conv_weights *w) {
    size_t k = w->shape.window * w->shape.window * (w->shape.c / w->shape.groups);
    panel_copy_rows(rhs, w->b, w->b_stride, w->shape.n, k);
}
