/* Cases of conv and dwconv, with the parameters of every epilogue. */
#include "../pack/panel.h"
#include "parts.h"
#include <string.h>

static void call(const struct kernel_case *c) { c->variant->conv->run(&c->args.conv); }

static bool depthwise(const struct kernel_case *c) { return strcmp(c->variant->op, "dwconv") == 0; }

struct case_options case_usual(const char *op, const char *scheme) {
    bool bits = strcmp(scheme, "w1a1") == 0, conv = strstr(op, "conv") != NULL;
    struct case_options o = {.encoding = ENCODING_SIGNED};
    o.border = conv && !bits ? BORDER_ZERO : BORDER_PLUS_ONE;
    o.epilogue = !conv ? EPILOGUE_SUMS : bits ? EPILOGUE_FLOAT_BITS : EPILOGUE_FLOAT;
    o.shortcut = conv && bits;
    return o;
}

/* Weights as conv_weights wants them; every tap is a row of its own. */
static bool open_weights(struct kernel_case *c, const struct case_wish *wish, struct conv_weights *weights) {
    const struct conv_shape *s = &weights->shape;
    size_t taps = s->window * s->window, rows = depthwise(c) ? taps : s->n * taps;
    size_t per_tap = depthwise(c) ? s->c : s->c / s->groups, tap_bytes;
    weights->b = case_rows(c, &c->forms.b, rows, per_tap, 0, wish, FILL_B, &tap_bytes);
    weights->b_stride = depthwise(c) ? tap_bytes : taps * tap_bytes;
    c->weights = weights->b, c->weights_stride = weights->b_stride;
    return weights->b != NULL;
}

/* Thresholds on both sides of the middle of the sums; a channel in three is flipped. */
static bool open_thresholds(struct kernel_case *c, struct fill_random *random) {
    struct conv_args *g = &c->args.conv;
    size_t n = c->shape.n;
    uint32_t span = (uint32_t)(c->shape.k < 1u << 20 ? c->shape.k : 1u << 20) + 1;
    int32_t *threshold = case_input(c, 4 * n, 4);
    uint64_t *flip = case_input(c, bits_row_bytes(n), 8);
    if (!threshold || !flip)
        return false;
    memset(flip, 0, bits_row_bytes(n));
    for (size_t o = 0; o < n; o++) {
        uint64_t value = fill_next(random);
        threshold[o] = (int32_t)((value >> 16) % span) - (int32_t)(span / 2);
        flip[o / 64] |= (uint64_t)(value % 3 == 0) << o % 64;
    }
    g->threshold = threshold, g->flip = flip;
    return true;
}

static float *floats(struct kernel_case *c, size_t rows, size_t elements, size_t gap, float scale,
                     struct fill_random *random, size_t *stride) {
    *stride = 4 * (elements + gap);
    uint8_t *at = case_input(c, (rows - 1) * *stride + 4 * elements, 4);
    for (size_t r = 0; at != NULL && r < rows; r++)
        for (size_t i = 0; i < elements; i++)
            ((float *)(at + r * *stride))[i] = scale * ((float)(int32_t)(fill_next(random) >> 40) / 8388608.0f - 1.0f);
    return (float *)at;
}

static bool open_floats(struct kernel_case *c, const struct case_wish *wish, struct fill_random *random) {
    struct conv_args *g = &c->args.conv;
    size_t none;
    g->scale = floats(c, 1, c->shape.n, 0, 0.5f, random, &none);
    g->bias = floats(c, 1, c->shape.n, 0, 4.0f, random, &none);
    if (wish->options.shortcut)
        g->shortcut =
            floats(c, c->shape.m, c->shape.n, wish->layout.a_gap, 8.0f, random, &g->shortcut_stride);
    return g->scale && g->bias && (!wish->options.shortcut || g->shortcut);
}

static bool open_outputs(struct kernel_case *c, const struct case_wish *wish) {
    struct conv_args *g = &c->args.conv;
    struct fill_random random = {wish->seed ^ 0x65706967};
    size_t m = c->shape.m, n = c->shape.n, gap = wish->layout.c_gap;
    enum conv_epilogue e = g->epilogue;
    enum case_type type = e == EPILOGUE_SUMS && !c->forms.is_float ? CASE_I32 : CASE_F32;
    if ((e == EPILOGUE_BITS && !open_thresholds(c, &random)) ||
        ((e == EPILOGUE_FLOAT || e == EPILOGUE_FLOAT_BITS) && !open_floats(c, wish, &random)))
        return false;
    if (e != EPILOGUE_BITS) {
        g->out = case_output(c, type, m, n, gap);
        g->out_stride = c->outputs[0].stride;
    }
    if (e == EPILOGUE_BITS || e == EPILOGUE_FLOAT_BITS) {
        g->bits = case_output(c, CASE_BITS, m, bits_row_bytes(n) / 8, gap);
        g->bits_stride = c->outputs[c->output_count - 1].stride;
    }
    return c->output_count == (size_t)(e == EPILOGUE_FLOAT_BITS ? 2 : 1);
}

bool case_open_conv(struct kernel_case *c, const struct case_wish *wish) {
    const struct conv_kernel *kernel = c->variant->conv;
    const struct case_shape *s = &c->shape;
    struct conv_args *g = &c->args.conv;
    size_t channels = s->k / (s->window * s->window) * s->groups;
    struct conv_weights weights = {.shape = {s->h, s->w, channels, s->n, s->window, s->stride, s->pad, s->groups},
                                   .encoding = wish->options.encoding};
    c->call = call;
    g->shape = weights.shape;
    g->rows = conv_out(&g->shape, g->shape.h);
    if (wish->options.row < g->rows) {
        g->row = wish->options.row;
        g->rows -= g->row;
    }
    if (wish->options.rows != 0 && wish->options.rows < g->rows)
        g->rows = wish->options.rows;
    g->border = wish->options.border, g->epilogue = wish->options.epilogue;
    g->input = case_rows(c, &c->forms.a, s->h * s->w, channels, wish->layout.a_gap, wish, FILL_A, &g->input_stride);
    if (!g->input || !open_weights(c, wish, &weights))
        return false;
    c->weights_bytes = kernel->rhs_bytes(&g->shape);
    c->scratch_bytes = kernel->work_bytes(&g->shape);
    void *rhs = case_input(c, c->weights_bytes, 64);
    g->rhs = rhs;
    g->work = case_scratch(c, c->scratch_bytes, 64);
    if (!rhs || !g->work || !open_outputs(c, wish))
        return false;
    kernel->pack_rhs(rhs, &weights);
    return true;
}
