/* From sums to everything a layer writes. */
#include <math.h>

#include "halves.h"
#include "state.h"

bool finish_is_affine(const struct layer *l) {
    return l->plan.low == -INFINITY && l->plan.high == INFINITY && l->shortcut.type != PLAN_I8;
}

/* Rows of floats for the shortcut; bytes are scaled into t->second. */
static void add_shortcut(const struct net_state *s, const struct layer *l, const struct scratch *t,
                         const struct finish_call *call, struct finish_rows *f) {
    size_t pixel = plan_pixel_bytes(&l->shortcut) * l->wide;
    const uint8_t *from = s->tensors[l->plan.shortcut] + call->first * pixel;
    f->shortcut = from + 4 * call->o;
    f->shortcut_stride = pixel;
    if (l->shortcut.type == PLAN_F32)
        return;
    f->shortcut = t->second;
    f->shortcut_stride = 4 * call->n;
    for (size_t i = 0; i < call->count; i++)
        s->vectors->scaled_bytes((float *)t->second + i * call->n, (const int8_t *)from + i * pixel + call->o,
                                 l->plan.shortcut_scale, call->n);
}

static void write_codes(const struct net_state *s, const struct layer *l, const struct scratch *t,
                        const struct finish_call *call, const struct finish_rows *f) {
    size_t pixel = plan_pixel_bytes(&l->out);
    /* behind what a shortcut may have left there */
    uint8_t *codes = t->second + 4 * l->block * l->channels;
    s->vectors->bytes(f, codes, call->n);
    struct map_args map = {.m = call->count,
                           .n = l->out.planes,
                           .k = call->n,
                           .a = codes,
                           .a_stride = call->n,
                           .c = s->tensors[l->plan.out] + call->first * pixel,
                           .c_stride = pixel};
    s->planes(&map);
}

void finish_signs(const struct net_state *s, const struct layer *l, const struct finish_call *call) {
    size_t pixel = plan_pixel_bytes(&l->bits);
    struct map_args map = {.m = call->count,
                           .k = call->n,
                           .a = call->z,
                           .a_stride = call->stride,
                           .c = layer_place(s, l, &l->bits, l->plan.bits, call->o) + call->first * pixel,
                           .c_stride = pixel};
    s->signs(&map);
}

void finish(const struct net_state *s, const struct layer *l, const struct scratch *t, const struct finish_call *call) {
    struct finish_rows f = {.z = call->z,
                            .z_stride = call->stride,
                            .rows = call->count,
                            .n = call->n,
                            .floats = call->floats,
                            .scale = l->scale + call->o,
                            .bias = l->bias + call->o,
                            .shortcut = (const uint8_t *)s->nothing,
                            .low = l->plan.low,
                            .high = l->plan.high};
    if (l->shortcut.type)
        add_shortcut(s, l, t, call, &f);
    size_t pixel = l->out.type ? plan_pixel_bytes(&l->out) * l->wide : 0;
    uint8_t *out = l->out.type ? layer_place(s, l, &l->out, l->plan.out, call->o) + call->first * pixel : NULL;
    if (l->out.type == PLAN_I8)
        s->vectors->bytes(&f, out, pixel);
    else if (l->out.type == PLAN_PLANES)
        write_codes(s, l, t, call, &f);
    bool kept = l->out.type == PLAN_F32;
    if (!kept && l->out.type != PLAN_F16 && !l->bits.type)
        return;
    struct finish_call floats = *call;
    floats.z = kept ? out : t->sums;
    floats.stride = kept ? pixel : 4 * call->n;
    s->vectors->floats(&f, kept ? out : t->sums, floats.stride);
    for (size_t i = 0; i < call->count && l->out.type == PLAN_F16; i++)
        halves_of_floats((uint16_t *)(out + i * pixel), (const float *)(t->sums + i * floats.stride), call->n);
    if (l->bits.type)
        finish_signs(s, l, &floats);
}
