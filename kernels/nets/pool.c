/* Pools, and layers that work element by element. */
#include <string.h>

#include "state.h"

static struct pool_window window_at(const struct net_state *s, const struct layer *l, size_t pixel) {
    const struct plan_layer *p = &l->plan;
    size_t bytes = plan_pixel_bytes(&l->source), line = bytes * l->source.w;
    struct range down = window_inside(pixel / l->made.w, p->stride_h, p->pad_top, p->kernel_h, l->source.h);
    struct range across = window_inside(pixel % l->made.w, p->stride_w, p->pad_left, p->kernel_w, l->source.w);
    return (struct pool_window){.at = s->tensors[p->source] + down.first * line + across.first * bytes,
                                .wide = across.end - across.first,
                                .high = down.end - down.first,
                                .pixel = bytes,
                                .line = line};
}

/* The largest of +-1 is -1 where all are, and bit 1 is -1. */
static void max_bits(uint8_t *out, const struct pool_window *w, size_t words) {
    memcpy(out, w->at, 8 * words);
    for (size_t y = 0; y < w->high; y++)
        for (size_t x = 0; x < w->wide; x++) {
            const uint64_t *from = (const uint64_t *)(w->at + y * w->line + x * w->pixel);
            for (size_t i = 0; i < words; i++)
                ((uint64_t *)out)[i] &= from[i];
        }
}

static void max_pixel(const struct net_state *s, const struct layer *l, uint8_t *out, const struct pool_window *w) {
    switch (l->source.type) {
    case PLAN_I8:
        s->vectors->max_bytes((int8_t *)out, w, l->channels);
        break;
    case PLAN_F16:
        s->vectors->max_halves((uint16_t *)out, w, l->channels);
        break;
    case PLAN_F32:
        s->vectors->max_floats((float *)out, w, l->channels);
        break;
    default:
        max_bits(out, w, plan_row_words(l->channels));
    }
}

void layer_maxpool(const struct net_state *s, const struct layer *l, size_t thread, struct range pixels) {
    size_t bytes = l->out.type ? plan_pixel_bytes(&l->out) : 0, row = l->bits.type ? plan_pixel_bytes(&l->bits) : 0;
    uint8_t *out = l->out.type ? layer_place(s, l, &l->out, l->plan.out, 0) + pixels.first * bytes : NULL;
    uint8_t *bits = l->bits.type ? layer_place(s, l, &l->bits, l->plan.bits, 0) + pixels.first * row : NULL;
    for (size_t i = pixels.first; i < pixels.end; i++, out += bytes, bits += row) {
        struct pool_window w = window_at(s, l, i);
        uint8_t *to = l->out.type ? out : s->scratch[thread].sums;
        max_pixel(s, l, to, &w);
        if (l->bits.type) {
            struct map_args map = {.m = 1, .k = l->channels, .a = to, .c = bits};
            s->signs(&map);
        }
    }
}

void layer_avgpool(const struct net_state *s, const struct layer *l, size_t thread, struct range pixels) {
    const struct scratch *t = &s->scratch[thread];
    struct finish_call to = {.z = t->sums, .stride = 4 * l->channels, .floats = true, .n = l->channels};
    for (to.first = pixels.first; to.first < pixels.end; to.first += to.count) {
        to.count = pixels.end - to.first < l->block ? pixels.end - to.first : l->block;
        for (size_t i = 0; i < to.count; i++) {
            struct pool_window w = window_at(s, l, to.first + i);
            size_t taps = l->plan.whole ? (size_t)l->plan.kernel_h * l->plan.kernel_w : w.wide * w.high;
            float *mean = (float *)(t->sums + i * to.stride);
            if (l->source.type == PLAN_I8)
                s->vectors->mean_bytes(mean, &w, (float)taps, l->channels);
            else
                s->vectors->mean_floats(mean, &w, (float)taps, l->channels);
        }
        finish(s, l, t, &to);
    }
}

void layer_affine(const struct net_state *s, const struct layer *l, size_t thread, struct range pixels) {
    const struct scratch *t = &s->scratch[thread];
    const uint8_t *from = s->tensors[l->plan.source];
    size_t bytes = plan_pixel_bytes(&l->source), n = l->channels;
    struct finish_call to = {.z = t->sums, .stride = 4 * n, .floats = l->source.type != PLAN_I8, .n = n};
    for (to.first = pixels.first; to.first < pixels.end; to.first += to.count) {
        to.count = pixels.end - to.first < l->block ? pixels.end - to.first : l->block;
        /* a block is gapless on both sides */
        if (l->source.type == PLAN_I8)
            s->vectors->from_bytes((int32_t *)t->sums, (const int8_t *)from + to.first * bytes, to.count * n);
        else if (l->source.type == PLAN_F16)
            s->vectors->from_halves((float *)t->sums, (const uint16_t *)(from + to.first * bytes), to.count * n);
        else
            memcpy(t->sums, from + to.first * bytes, to.count * bytes);
        finish(s, l, t, &to);
    }
}
