/* The oracle of int8_conv_w8a8: every output pixel and channel by itself, tap by tap, never tuned. */
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

static size_t row_bytes(const struct conv_shape *s) { return s->window * s->window * (s->c / s->groups); }

/* The pixel under a tap; NULL = a border of zeros. */
static const int8_t *pixel_at(const struct conv_args *g, ptrdiff_t y, ptrdiff_t x) {
    ptrdiff_t h = (ptrdiff_t)g->shape.h, w = (ptrdiff_t)g->shape.w;
    if ((y < 0 || x < 0 || y >= h || x >= w) && g->border != BORDER_REPLICATE)
        return NULL;
    y = y < 0 ? 0 : y >= h ? h - 1 : y;
    x = x < 0 ? 0 : x >= w ? w - 1 : x;
    return (const int8_t *)g->input + (size_t)(y * w + x) * g->input_stride;
}

static int32_t sum_at(const struct conv_args *g, size_t y, size_t x, size_t o) {
    const struct conv_shape *s = &g->shape;
    size_t channels = s->c / s->groups, first = o / (s->n / s->groups) * channels;
    const int8_t *weights = (const int8_t *)g->rhs + o * row_bytes(s);
    int32_t sum = 0;
    for (size_t ky = 0; ky < s->window; ky++)
        for (size_t kx = 0; kx < s->window; kx++) {
            const int8_t *pixel = pixel_at(g, (ptrdiff_t)(y * s->stride + ky) - (ptrdiff_t)s->pad,
                                           (ptrdiff_t)(x * s->stride + kx) - (ptrdiff_t)s->pad);
            for (size_t i = 0; pixel != NULL && i < channels; i++)
                sum += weights[(ky * s->window + kx) * channels + i] * pixel[first + i];
        }
    return sum;
}

static float scaled(const struct conv_args *g, int32_t sum, size_t pixel, size_t o) {
    float y = (float)sum;
    y = y * g->scale[o];
    y = y + g->bias[o];
    if (g->shortcut)
        y = y + ((const float *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride))[o];
    return y;
}

static uint64_t *bits_of(const struct conv_args *g, size_t pixel) {
    return (uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride);
}

static void put(const struct conv_args *g, size_t pixel, size_t o, int32_t sum) {
    if (g->epilogue == EPILOGUE_BITS) {
        uint64_t flip = g->flip[o / 64] >> o % 64 & 1;
        bits_of(g, pixel)[o / 64] |= ((uint64_t)(sum < g->threshold[o]) ^ flip) << o % 64;
        return;
    }
    uint8_t *out = (uint8_t *)g->out + pixel * g->out_stride;
    if (g->epilogue == EPILOGUE_SUMS) {
        ((int32_t *)out)[o] = sum;
        return;
    }
    float y = scaled(g, sum, pixel, o);
    ((float *)out)[o] = y;
    if (g->epilogue == EPILOGUE_FLOAT_BITS)
        bits_of(g, pixel)[o / 64] |= (uint64_t)(y < 0) << o % 64;
}

static void run(const struct conv_args *g) {
    const struct conv_shape *s = &g->shape;
    size_t wide = conv_out(s, s->w);
    int has_bits = g->epilogue == EPILOGUE_BITS || g->epilogue == EPILOGUE_FLOAT_BITS;
    for (size_t pixel = conv_first(g); pixel < conv_end(g); pixel++) {
        if (has_bits)
            memset(bits_of(g, pixel), 0, bits_row_bytes(s->n));
        for (size_t o = 0; o < s->n; o++)
            put(g, pixel, o, sum_at(g, pixel / wide, pixel % wide, o));
    }
}

static size_t rhs_bytes(const struct conv_shape *s) { return s->n * row_bytes(s); }

static size_t work_bytes(const struct conv_shape *s) {
    (void)s;
    return 0;
}

static void pack_rhs(void *rhs, const struct conv_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->shape.n, row_bytes(&w->shape));
}

const struct conv_kernel int8_conv_w8a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
