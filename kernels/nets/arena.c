#include "arena.h"

#include <string.h>

static void *take(struct arena *a, uint64_t bytes) {
    void *at = a->base ? a->base + a->used : NULL;
    a->used += (bytes + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
    return at;
}

/* Channels of a pixel below which an AFFINE takes several pixels as one: fewer make poor vectors. WIDE_STEP: of pixels
 * with fewer channels than that, so that no channels are left over. */
enum { WIDE_CHANNELS = 256, WIDE_STEP = 16 };

static void more(uint64_t *have, uint64_t want) { *have = want > *have ? want : *have; }

/* Most bytes that any layer wants of each kind of scratch. */
struct needs {
    uint64_t rows, sums, second, work, spare, nothing, band;
};

uint64_t layer_spread_bytes(const struct layer *l) {
    size_t true_k = (size_t)l->plan.kernel_h * l->plan.kernel_w * l->source.c;
    bool product = l->variant && l->variant->kind == KERNEL_gemm;
    return product && strcmp(l->plan.scheme, "w1a1") != 0 && l->k != true_k ? (uint64_t)l->k * l->channels : 0;
}

static struct plan_tensor tensor_or_none(const struct net *n, const struct plan_head *h, uint32_t index) {
    return index == PLAN_NONE ? (struct plan_tensor){0} : net_tensor(n, h, index);
}

/* All of a layer but what lies in the arena; false: no kernel for it. */
static bool resolve(const struct net *n, const struct plan_head *h, uint32_t index, struct layer *l) {
    static layer_fn *const runs[] = {NULL, layer_conv, layer_maxpool, layer_avgpool, layer_affine};
    memset(l, 0, sizeof *l);
    l->plan = net_layer(n, h, index);
    l->source = net_tensor(n, h, l->plan.source);
    l->made = net_tensor(n, h, plan_made(&l->plan));
    l->out = tensor_or_none(n, h, l->plan.out);
    l->bits = tensor_or_none(n, h, l->plan.bits);
    l->shortcut = tensor_or_none(n, h, l->plan.shortcut);
    l->channels = plan_channels(&l->plan, &l->source);
    l->run = runs[l->plan.op];
    l->wide = 1;
    if (l->plan.op == PLAN_CONV)
        return layer_choose(l, n->features, n->threads);
    bool gapless = l->out.type && l->out.type != PLAN_PLANES && l->out.c == l->channels && !l->bits.type;
    size_t step = l->channels < WIDE_STEP ? WIDE_STEP : 1;
    if (l->plan.op == PLAN_AFFINE && gapless && l->channels < WIDE_CHANNELS)
        l->wide = WIDE_CHANNELS / l->channels / step * step;
    l->units = ((size_t)l->made.h * l->made.w + l->wide - 1) / l->wide;
    l->block = l->units < BLOCK_ROWS ? l->units : BLOCK_ROWS;
    return true;
}

/* Room for the slots, each as large as its largest tensor; of a map that exists in bands there is nothing. */
static void place_slots(const struct net *n, const struct plan_head *h, struct arena *a, uint8_t **tensors) {
    uint64_t bytes[PLAN_MAX_SLOTS] = {0};
    uint8_t *places[PLAN_MAX_SLOTS];
    bool in_bands[PLAN_MAX_TENSORS] = {false};
    for (uint32_t i = 0; i < h->layers; i++)
        if (band_fits(n, h, i))
            in_bands[plan_read_layer(n, h, i).source] = true;
    for (uint32_t i = 0; i < h->tensors; i++) {
        struct plan_tensor t = net_tensor(n, h, i);
        if (t.slot != PLAN_NONE && !in_bands[i])
            more(&bytes[t.slot], plan_tensor_bytes(&t));
    }
    for (uint32_t i = 0; i < h->slots; i++)
        places[i] = take(a, bytes[i]);
    for (uint32_t i = 0; i < h->tensors && tensors; i++) {
        uint32_t slot = net_tensor(n, h, i).slot;
        tensors[i] = slot == PLAN_NONE ? NULL : places[slot];
    }
}

/* The pool takes its CONV along. */
static void join(const struct net *n, const struct plan_head *h, uint32_t index, struct layer *pool,
                 struct needs *needs) {
    if (!band_fits(n, h, index))
        return;
    pool->run = layer_band;
    pool->units = pool->made.h;
    more(&needs->band, band_bytes(pool));
}

static void place_weights(struct layer *l, struct arena *a, struct needs *needs) {
    uint64_t work, parts = 1;
    if (l->variant->kind == KERNEL_conv) {
        l->part_bytes = l->variant->conv->rhs_bytes(&l->shape);
        work = l->variant->conv->work_bytes(&l->shape);
    } else {
        size_t n = l->columns ? l->columns : l->channels;
        l->part_bytes = (l->variant->gemm->rhs_bytes(l->block, n, l->k) + 63) / 64 * 64;
        work = l->variant->gemm->work_bytes(l->block, n, l->k);
        parts = l->columns ? l->units : 1;
    }
    l->rhs = take(a, parts * l->part_bytes);
    more(&needs->work, work);
    more(&needs->spare, layer_spread_bytes(l));
    if (l->variant->kind == KERNEL_gemm && l->how == CONV_GATHER)
        more(&needs->rows, (uint64_t)l->block * l->row_bytes + COPY_SLACK);
}

/* Room for one layer's packed weights and numbers. */
static void place_layer(struct layer *l, struct arena *a, struct needs *needs) {
    uint64_t numbers = 4ull * l->wide * l->channels, block = l->block * numbers;
    if (l->variant)
        place_weights(l, a, needs);
    more(&needs->sums, block);
    more(&needs->nothing, numbers);
    if (l->shortcut.type == PLAN_I8 || l->out.type == PLAN_PLANES)
        more(&needs->second, block / 4 * 5);
    if (l->plan.op == PLAN_MAXPOOL)
        return;
    if (l->plan.op == PLAN_AVGPOOL)
        more(&needs->rows, numbers);
    if (l->how == CONV_BITS) {
        l->threshold = take(a, 4 * l->channels);
        l->flip = take(a, 8 * plan_row_words(l->channels));
    }
    l->scale = take(a, numbers);
    l->bias = take(a, numbers);
}

struct net_state *arena_lay_out(const struct net *n, struct arena *a, uint32_t *lacking) {
    struct plan_head h = plan_read_head(n);
    struct net_state *s = take(a, n->threads * sizeof *s);
    uint8_t **tensors = take(a, n->threads * h.tensors * sizeof *tensors);
    struct layer *layers = take(a, h.layers * sizeof *layers), one;
    struct scratch *scratch = take(a, n->threads * sizeof *scratch);
    struct needs needs = {0};
    *lacking = PLAN_NONE;
    place_slots(n, &h, a, tensors);
    for (uint32_t i = 0; i < h.layers; i++) {
        struct layer *l = layers ? &layers[i] : &one;
        if (!resolve(n, &h, i, l)) {
            *lacking = i;
            return NULL;
        }
        place_layer(l, a, &needs);
        join(n, &h, i, l, &needs);
        l->in_band = i + 1 < h.layers && band_fits(n, &h, i + 1);
    }
    float *nothing = take(a, needs.nothing);
    for (size_t i = 0; nothing && i < needs.nothing / 4; i++)
        nothing[i] = -0.0f;
    /* nobody needs scratch while weights are packed */
    uint64_t before = a->used;
    a->spare = a->base ? a->base + before : NULL;
    for (size_t i = 0; i < n->threads; i++) {
        struct scratch t = {
            .rows = take(a, needs.rows), .sums = take(a, needs.sums), .second = take(a, needs.second)};
        t.work = take(a, needs.work);
        t.band = take(a, needs.band);
        if (scratch)
            scratch[i] = t;
    }
    more(&a->used, before + needs.spare);
    for (size_t i = 0; s && i < n->threads; i++) {
        uint8_t **own = tensors + i * h.tensors;
        memmove(own, tensors, h.tensors * sizeof *tensors); /* the first one has them */
        s[i] = (struct net_state){n, h.input, h.output, own, layers, scratch, nothing, NULL, NULL, NULL, NULL};
    }
    return s;
}
