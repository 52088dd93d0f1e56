/* Pools, and layers that work element by element. */
#include <string.h>

#include "halves.h"
#include "state.h"

/* The pixels of a window inside of the map, in reading order. */
struct window {
    const uint8_t *at;
    size_t wide, high, pixel, line;
    size_t x, y; /* the next one */
};

static struct window window_at(const struct net_state *s, const struct layer *l, size_t pixel) {
    const struct plan_layer *p = &l->plan;
    size_t bytes = plan_pixel_bytes(&l->source), line = bytes * l->source.w;
    struct range down = window_inside(pixel / l->made.w, p->stride_h, p->pad_top, p->kernel_h, l->source.h);
    struct range across = window_inside(pixel % l->made.w, p->stride_w, p->pad_left, p->kernel_w, l->source.w);
    return (struct window){.at = s->tensors[p->source] + down.first * line + across.first * bytes,
                           .wide = across.end - across.first,
                           .high = down.end - down.first,
                           .pixel = bytes,
                           .line = line};
}

static size_t next_pixels(struct window *w, const void **at, size_t room) {
    size_t count = 0;
    while (count < room && w->y < w->high) {
        at[count++] = w->at + w->y * w->line + w->x * w->pixel;
        if (++w->x == w->wide)
            w->x = 0, w->y++;
    }
    return count;
}

/* The largest of +-1 is -1 where all are, and bit 1 is -1. */
static void max_bits(void *out_, const void *const *at, size_t bits) {
    uint64_t *out = out_;
    size_t words = plan_row_words((uint32_t)bits);
    for (size_t i = 0; i < words; i++) {
        uint64_t all = ~(uint64_t)0;
        for (size_t p = 0; p < POOL_MAX; p++)
            all &= ((const uint64_t *)at[p])[i];
        out[i] = all;
    }
}

/* The pixels of one window after the other; where two neighbours have all of theirs, a step is all that is new. */
struct windows {
    const struct net_state *s;
    const struct layer *l;
    size_t taps, step; /* step: bytes from a window to the next */
    size_t x;          /* of the next window */
    bool whole;        /* the one before it was inside of the map, with no more pixels than POOL_MAX */
    const void *at[POOL_MAX];
};

static bool is_whole(const struct windows *w, size_t pixel) {
    const struct plan_layer *p = &w->l->plan;
    size_t left = w->x * p->stride_w, top = pixel / w->l->made.w * p->stride_h;
    return w->taps <= POOL_MAX && left >= p->pad_left && left - p->pad_left + p->kernel_w <= w->l->source.w &&
           top >= p->pad_top && top - p->pad_top + p->kernel_h <= w->l->source.h;
}

/* The largest of a window's pixels, wherever they lie. */
static void largest_of(struct windows *w, size_t pixel, uint8_t *out,
                       void (*largest)(void *, const void *const *, size_t)) {
    const struct plan_layer *p = &w->l->plan;
    size_t left = w->x * p->stride_w;
    if (w->whole && w->x > 0 && left - p->pad_left + p->kernel_w <= w->l->source.w) {
        for (size_t i = 0; i < POOL_MAX; i++)
            w->at[i] = (const uint8_t *)w->at[i] + w->step;
        largest(out, w->at, w->l->channels);
    } else {
        struct window one = window_at(w->s, w->l, pixel);
        size_t from = 0;
        for (size_t got; (got = from + next_pixels(&one, w->at + from, POOL_MAX - from)) > from; from = 1) {
            for (; got < POOL_MAX; got++)
                w->at[got] = w->at[0];
            largest(out, w->at, w->l->channels);
            if (!(w->whole = is_whole(w, pixel)))
                w->at[0] = out;
        }
    }
    w->x = w->x + 1 < w->l->made.w ? w->x + 1 : 0;
}

void layer_maxpool(const struct net_state *s, const struct layer *l, size_t thread, struct range pixels) {
    void (*const largest[])(void *, const void *const *, size_t) = {[PLAN_I8] = s->vectors->max_bytes,
                                                                    [PLAN_F32] = s->vectors->max_floats,
                                                                    [PLAN_F16] = halves_max,
                                                                    [PLAN_BITS] = max_bits};
    size_t bytes = l->out.type ? plan_pixel_bytes(&l->out) : 4 * l->channels;
    struct windows w = {.s = s,
                        .l = l,
                        .taps = (size_t)l->plan.kernel_h * l->plan.kernel_w,
                        .step = l->plan.stride_w * (size_t)plan_pixel_bytes(&l->source),
                        .x = pixels.first % l->made.w};
    for (size_t first = pixels.first, count; first < pixels.end; first += count) {
        count = pixels.end - first < l->block ? pixels.end - first : l->block;
        uint8_t *out = s->scratch[thread].sums;
        if (l->out.type)
            out = layer_place(s, l, &l->out, l->plan.out, 0) + first * bytes;
        for (size_t i = 0; i < count; i++)
            largest_of(&w, first + i, out + i * bytes, largest[l->source.type]);
        if (l->bits.type)
            finish_signs(s, l, &(struct finish_call){.z = out, .stride = bytes, .first = first, .count = count,
                                                     .n = l->channels});
    }
}

/* What lacks of a whole number of pixels is zeros: added to a sum that began as +0.0 they change nothing. */
static void mean(const struct net_state *s, const struct layer *l, const struct scratch *t, float *out, size_t pixel) {
    struct window w = window_at(s, l, pixel);
    size_t taps = l->plan.whole ? (size_t)l->plan.kernel_h * l->plan.kernel_w : w.wide * w.high;
    const void *at[POOL_MEAN];
    memset(out, 0, 4 * l->channels);
    for (size_t got; (got = next_pixels(&w, at, POOL_MEAN)) > 0;) {
        for (; got < POOL_MEAN; got++)
            at[got] = t->rows;
        if (l->source.type == PLAN_I8)
            s->vectors->add_bytes(out, at, l->channels);
        else
            s->vectors->add_floats(out, at, l->channels);
    }
    s->vectors->divide(out, (float)taps, l->channels);
}

void layer_avgpool(const struct net_state *s, const struct layer *l, size_t thread, struct range pixels) {
    const struct scratch *t = &s->scratch[thread];
    struct finish_call to = {.z = t->sums, .stride = 4 * l->channels, .floats = true, .n = l->channels};
    memset(t->rows, 0, 4 * l->channels);
    for (to.first = pixels.first; to.first < pixels.end; to.first += to.count) {
        to.count = pixels.end - to.first < l->block ? pixels.end - to.first : l->block;
        for (size_t i = 0; i < to.count; i++)
            mean(s, l, t, (float *)(t->sums + i * to.stride), to.first + i);
        finish(s, l, t, &to);
    }
}

/* Where pixels lie gapless on both sides, `wide` of them are one unit with numbers for each of its channels. */
void layer_affine(const struct net_state *s, const struct layer *l, size_t thread, struct range units) {
    const struct scratch *t = &s->scratch[thread];
    const uint8_t *from = s->tensors[l->plan.source];
    size_t all = (size_t)l->made.h * l->made.w, unit = plan_pixel_bytes(&l->source) * l->wide;
    struct finish_call to = {.floats = l->source.type != PLAN_I8, .n = l->wide * l->channels, .first = units.first};
    for (; to.first < units.end; to.first += to.count) {
        to.count = units.end - to.first < l->block ? units.end - to.first : l->block;
        if ((to.first + to.count) * l->wide > all && to.count > 1)
            to.count--;
        else if ((to.first + 1) * l->wide > all)
            to.n = all % l->wide * l->channels;
        const uint8_t *at = from + to.first * unit;
        to.stride = 4 * to.n;
        to.z = l->source.type == PLAN_F32 ? at : t->sums;
        if (l->source.type == PLAN_I8)
            s->vectors->from_bytes((int32_t *)t->sums, (const int8_t *)at, to.count * to.n);
        else if (l->source.type == PLAN_F16)
            halves_to_floats((float *)t->sums, (const uint16_t *)at, to.count * to.n);
        finish(s, l, t, &to);
    }
}
