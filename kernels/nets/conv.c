/* Products: by a conv kernel, or by a matrix product over the map itself or over windows gathered from it. */
#include "state.h"

static enum conv_border border_of(const struct layer *l) {
    static const uint8_t known[] = {[PLAN_NOTHING] = BORDER_ZERO,     [PLAN_PLUS_ONE] = BORDER_PLUS_ONE,
                                    [PLAN_MINUS_ONE] = BORDER_MINUS_ONE, [PLAN_ZERO] = BORDER_ZERO,
                                    [PLAN_REPLICATE] = BORDER_REPLICATE, [PLAN_VALUE] = BORDER_ZERO};
    return (enum conv_border)known[l->plan.border];
}

static struct conv_args conv_call(const struct net_state *s, const struct layer *l, const struct scratch *t) {
    return (struct conv_args){.shape = l->shape,
                              .border = border_of(l),
                              .input = s->tensors[l->plan.source],
                              .input_stride = plan_pixel_bytes(&l->source),
                              .rhs = l->rhs,
                              .work = t->work};
}

static void conv_fused(const struct net_state *s, const struct layer *l, const struct scratch *t, struct range rows) {
    struct conv_args call = conv_call(s, l, t);
    call.row = rows.first, call.rows = rows.end - rows.first;
    call.epilogue = l->how == CONV_BITS ? EPILOGUE_BITS : l->bits.type ? EPILOGUE_FLOAT_BITS : EPILOGUE_FLOAT;
    if (l->out.type) {
        call.out = layer_place(s, l, &l->out, l->plan.out, 0);
        call.out_stride = plan_pixel_bytes(&l->out);
    }
    call.threshold = l->threshold, call.flip = l->flip;
    if (l->bits.type) {
        call.bits = (uint64_t *)layer_place(s, l, &l->bits, l->plan.bits, 0);
        call.bits_stride = plan_pixel_bytes(&l->bits);
    }
    call.scale = l->scale, call.bias = l->bias;
    if (l->shortcut.type) {
        call.shortcut = (const float *)s->tensors[l->plan.shortcut];
        call.shortcut_stride = plan_pixel_bytes(&l->shortcut);
    }
    l->variant->conv->run(&call);
}

static void conv_sums(const struct net_state *s, const struct layer *l, const struct scratch *t, struct range rows) {
    struct conv_args call = conv_call(s, l, t);
    size_t wide = l->made.w, step = l->block / wide;
    struct finish_call to = {.z = t->sums, .stride = 4 * l->channels, .floats = l->float_sums, .n = l->channels};
    call.epilogue = EPILOGUE_SUMS;
    call.out_stride = to.stride;
    for (call.row = rows.first; call.row < rows.end; call.row += call.rows) {
        call.rows = rows.end - call.row < step ? rows.end - call.row : step;
        to.first = call.row * wide, to.count = call.rows * wide;
        /* kernels want the place of pixel 0 */
        call.out = (void *)((uintptr_t)t->sums - to.first * to.stride);
        l->variant->conv->run(&call);
        finish(s, l, t, &to);
    }
}

static void products(const struct net_state *s, const struct layer *l, const struct scratch *t, struct range pixels,
                     struct finish_call to, const uint8_t *rhs) {
    struct gemm_args call = {
        .n = to.n, .k = l->k, .a_stride = l->row_bytes, .rhs = rhs, .c_stride = to.stride, .work = t->work};
    const uint8_t *map = s->tensors[l->plan.source];
    for (to.first = pixels.first; to.first < pixels.end; to.first += to.count) {
        to.count = pixels.end - to.first < l->block ? pixels.end - to.first : l->block;
        if (l->how == CONV_GATHER)
            gather(s, l, t->rows, to.first, to.count);
        call.m = to.count;
        call.a = l->how == CONV_GATHER ? t->rows : map + to.first * l->row_bytes;
        uint8_t *sums = l->in_place ? layer_place(s, l, &l->out, l->plan.out, to.o) + to.first * to.stride : t->sums;
        call.c = sums;
        to.z = sums;
        l->variant->gemm->run(&call);
        for (size_t i = 0; l->tail && i < to.count * to.n; i++)
            ((int32_t *)t->sums)[i / to.n * l->channels + i % to.n] -= l->tail;
        finish(s, l, t, &to);
    }
}

void layer_conv(const struct net_state *s, const struct layer *l, size_t thread, struct range units) {
    const struct scratch *t = &s->scratch[thread];
    struct finish_call to = {.stride = 4 * l->channels, .floats = l->float_sums, .n = l->channels};
    struct range all = {0, 1};
    if (l->how == CONV_FUSED || l->how == CONV_BITS) {
        conv_fused(s, l, t, units);
        return;
    }
    if (l->how == CONV_SUMS) {
        conv_sums(s, l, t, units);
        return;
    }
    if (l->in_place)
        to.stride = plan_pixel_bytes(&l->out);
    if (l->columns == 0) {
        products(s, l, t, units, to, l->rhs);
        return;
    }
    for (size_t part = units.first; part < units.end; part++) { /* a vector: threads share its channels */
        to.o = part * l->columns;
        to.n = l->channels - to.o < l->columns ? l->channels - to.o : l->columns;
        products(s, l, t, all, to, (const uint8_t *)l->rhs + part * l->part_bytes);
    }
}
