/* Opens, prepares and runs a plan. */
#include "nets.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"

/* A plan has a byte for a weight of fewer bits: how many of the eight say something. */
static uint32_t bits_of_eight(const struct plan_layer *l) {
    if (l->scheme[0] == 't')
        return 2;
    return l->scheme[0] == 'w' && memcmp(l->scheme, "w1a1", 5) ? (uint32_t)(l->scheme[1] - '0') : 8;
}

/* Everything that the caller must know before he can prepare. */
static bool size_up(struct net *n, char *err, size_t err_size) {
    struct plan_head h = plan_read_head(n);
    struct plan_tensor input = plan_read_tensor(n, &h, h.input), output = plan_read_tensor(n, &h, h.output);
    struct arena sizes = {0};
    uint32_t lacking;
    n->layers = h.layers;
    n->input_bytes = (size_t)plan_tensor_bytes(&input);
    n->output_bytes = (size_t)plan_tensor_bytes(&output);
    for (uint32_t i = 0; i < h.layers; i++) {
        struct plan_layer l = plan_read_layer(n, &h, i);
        struct plan_tensor source = plan_read_tensor(n, &h, l.source);
        n->weights_bytes += (size_t)l.weights_bytes * bits_of_eight(&l) / 8;
        n->weights_bytes += 4 * plan_channels(&l, &source) * ((l.scale != 0) + (l.bias != 0));
    }
    arena_lay_out(n, &sizes, &lacking);
    if (lacking != PLAN_NONE)
        return plan_fail(err, err_size, "plan: layer %u: this runner has no kernel for %.8s", (unsigned)lacking,
                         plan_read_layer(n, &h, lacking).scheme);
    if (sizes.used > PLAN_MAX_ARENA_BYTES)
        return plan_fail(err, err_size, "plan: needs %llu MiB of memory", (unsigned long long)sizes.used >> 20);
    n->arena_bytes = (size_t)sizes.used;
    return true;
}

bool net_open(struct net *n, const void *bytes, size_t size, struct net_wish wish, char *err, size_t err_size) {
    memset(n, 0, sizeof *n);
    if (size < PLAN_HEADER_BYTES || memcmp(bytes, "HBNPLAN", 8) != 0)
        return plan_fail(err, err_size, "plan: not a network plan");
    n->bytes = bytes;
    n->size = size;
    n->features = wish.features;
    n->threads = wish.threads;
    n->prefers_bytes = net_prefers_bytes(wish.features);
    if (plan_u32(n->bytes + 8) != PLAN_VERSION)
        return plan_fail(err, err_size, "plan: version %u, wanted %d", (unsigned)plan_u32(n->bytes + 8), PLAN_VERSION);
    if (size > PLAN_MAX_FILE_BYTES || plan_u32(n->bytes + 12) != size)
        return plan_fail(err, err_size, "plan: %zu bytes, its header says %u", size, (unsigned)plan_u32(n->bytes + 12));
    if ((uintptr_t)bytes % sizeof(uint64_t) != 0)
        return plan_fail(err, err_size, "plan: must lie at a multiple of 8");
    return plan_check(n, err, err_size) && size_up(n, err, err_size);
}

/* Numbers of the plan for each pixel of a unit, or `usual` where it has none. */
static void fill_floats(const struct net *n, const struct layer *l, const float *to, uint32_t from, float usual) {
    float *out = (float *)to;
    for (size_t i = 0; i < l->wide; i++, out += l->channels)
        for (size_t o = 0; o < l->channels; o++)
            if (from)
                memcpy(out + o, n->bytes + from + 4 * o, 4);
            else
                out[o] = usual;
}

/* Weights as the kernel's longer rows: taps of whole words, or bytes filled up at the end. What is added is zero, or,
 * where a scheme has no zero, meets zeros. */
static const void *spread(const struct layer *l, const uint8_t *weights, uint8_t *to) {
    bool bytes = l->source.type == PLAN_I8;
    size_t taps = (size_t)l->plan.kernel_h * l->plan.kernel_w, pieces = bytes ? 1 : taps;
    size_t piece = taps / pieces * l->source.c, room = l->k / pieces;
    memset(to, 0, layer_spread_bytes(l));
    for (size_t i = 0; i < pieces * l->channels; i++)
        memcpy(to + i * room, weights + i * piece, piece);
    return to;
}

static void fill_weights(const struct net *n, const struct layer *l, uint8_t *spare) {
    const uint8_t *weights = n->bytes + l->plan.weights, *rhs = l->rhs;
    size_t stride = l->plan.weights_bytes / l->channels, columns = l->columns ? l->columns : l->channels;
    enum weight_encoding encoding = (enum weight_encoding)l->plan.encoding;
    if (l->variant->kind == KERNEL_conv) {
        struct conv_weights all = {.b = weights, .b_stride = stride, .shape = l->shape, .encoding = encoding};
        l->variant->conv->pack_rhs(l->rhs, &all);
        return;
    }
    if (layer_spread_bytes(l)) {
        weights = spread(l, weights, spare);
        stride = l->k;
    }
    for (size_t o = 0; o < l->channels; o += columns, rhs += l->part_bytes) {
        struct gemm_weights part = {.b = weights + o * stride,
                                    .b_stride = stride,
                                    .n = l->channels - o < columns ? l->channels - o : columns,
                                    .k = l->k,
                                    .encoding = encoding};
        l->variant->gemm->pack_rhs((void *)rhs, &part);
    }
}

/* Name the kernels in use, once each. */
static void name_variants(struct net *n, const struct net_state *s) {
    size_t used = 0;
    n->variants[0] = 0;
    for (size_t i = 0; i < n->layers; i++) {
        const struct kernel_variant *v = s->layers[i].variant;
        size_t before = 0;
        while (before < i && s->layers[before].variant != v)
            before++;
        if (!v || before < i || used + sizeof(struct kernel_name) + 1 >= sizeof n->variants)
            continue;
        int written = snprintf(n->variants + used, sizeof n->variants - used, "%s%s", used ? "," : "",
                               kernel_name(v).text);
        used += written > 0 ? (size_t)written : 0;
    }
}

bool net_prepare(struct net *n, void *arena, char *err, size_t err_size) {
    if (!arena || (uintptr_t)arena % PLAN_ALIGN != 0)
        return plan_fail(err, err_size, "the arena must lie at a multiple of %d", PLAN_ALIGN);
    struct arena place = {.base = arena};
    uint32_t lacking;
    struct net_state *s = arena_lay_out(n, &place, &lacking);
    for (size_t i = 0; i < n->threads; i++) {
        s[i].vectors = net_vectors_of(n->features);
        s[i].signs = kernel_of("signf", "bits", n->features)->map->run;
        s[i].planes = kernel_of("planes", "bits", n->features)->map->run;
    }
    for (size_t i = 0; i < n->layers; i++) {
        const struct layer *l = &s->layers[i];
        if (!l->scale)
            continue;
        fill_floats(n, l, l->scale, l->plan.scale, 1.0f);
        /* -0.0 is what changes no number when it is added, not even -0.0 */
        fill_floats(n, l, l->bias, l->plan.bias, -0.0f);
        if (l->threshold)
            threshold_fill(l);
        if (l->variant)
            fill_weights(n, l, place.spare);
    }
    name_variants(n, s);
    n->state = s;
    return true;
}

const struct kernel_variant *net_layer_variant(const struct net *n, size_t layer) {
    const struct net_state *s = n->state;
    return s->layers[layer].variant;
}

static void part(void *of, size_t index) {
    const struct net_state *first = of;
    const struct layer *l = first->now;
    size_t threads = first->net->threads;
    struct range units = {l->units * index / threads, l->units * (index + 1) / threads};
    if (units.first < units.end)
        l->run(first + index, l, index, units);
}

static bool is_done(const struct net_state *s, size_t layer) { return layer > 0 && s->layers[layer - 1].in_band; }

/* One layer, or with a convolution the pool behind it. */
static void run_layer(const struct net *n, struct net_state *s, size_t layer) {
    if (is_done(s, layer))
        return;
    s->now = &s->layers[layer + s->layers[layer].in_band];
    if (n->threads > 1)
        n->team->run(n->team->self, part, s);
    else
        part(s, 0);
}

static struct net_state *begin(const struct net *n, const void *input, void *output) {
    struct net_state *s = n->state;
    for (size_t i = 0; i < n->threads; i++) {
        s[i].tensors[s->input] = (uint8_t *)input; /* no layer writes the input: plan_check */
        s[i].tensors[s->output] = output;
    }
    return s;
}

void net_run(struct net *n, const void *input, void *output) {
    struct net_state *s = begin(n, input, output);
    for (size_t i = 0; i < n->layers; i++)
        run_layer(n, s, i);
}

void net_run_layers(struct net *n, const void *input, void *output, int64_t (*now)(void), int64_t *took) {
    struct net_state *s = begin(n, input, output);
    int64_t before = now();
    for (size_t i = 0; i < n->layers; i++) {
        run_layer(n, s, i);
        int64_t after = now();
        took[i] = is_done(s, i) ? 0 : after - before;
        before = after;
    }
}
