/* Opens, prepares and runs a plan; how the arena is divided is written once and used for sizing and for placing. */
#include "nets.h"

#include <stdio.h>
#include <string.h>

#include "state.h"

struct arena {
    uint8_t *base; /* NULL while only sizes are wanted */
    uint64_t used;
};

static void *take(struct arena *a, uint64_t bytes) {
    void *at = a->base ? a->base + a->used : NULL;
    a->used += (bytes + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
    return at;
}

static void more(uint64_t *have, uint64_t want) { *have = want > *have ? want : *have; }

/* `xnor` for bits, `int8` for bytes. */
static bool serves(const struct kernel_variant *v, uint32_t op) {
    const char *family = op == PLAN_BCONV ? "xnor" : "int8", *scheme = op == PLAN_BCONV ? "w1a1" : "w8a8";
    return v->gemm && !strcmp(v->op, "gemm") && !strcmp(v->family, family) && !strcmp(v->scheme, scheme);
}

/* The last line of the registry that these features allow. */
static const struct kernel_variant *choose(uint32_t op, uint32_t features) {
    const struct kernel_variant *best = NULL;
    for (size_t i = 0; i < kernel_variant_count; i++)
        if (serves(&kernel_variants[i], op) && (kernel_variants[i].needs & ~features) == 0)
            best = &kernel_variants[i];
    return best;
}

static bool has_products(const struct layer *l) {
    return l->plan.op == PLAN_CONV8 || l->plan.op == PLAN_BCONV || l->plan.op == PLAN_DENSE8;
}

/* Bytes the kernel wants; while sizing, the most that any variant of this binary wants. */
static void kernel_bytes(const struct layer *l, uint64_t *rhs, uint64_t *work) {
    size_t m = layer_block(l), n = l->out.c;
    for (size_t i = 0; i < kernel_variant_count; i++) {
        const struct kernel_variant *v = &kernel_variants[i];
        if (l->kernel ? v->gemm != l->kernel : !serves(v, l->plan.op))
            continue;
        uint64_t r = v->gemm->rhs_bytes(m, n, l->k), w = v->gemm->work_bytes(m, n, l->k);
        more(rhs, r);
        more(work, w);
    }
}

static void resolve(const struct net *n, const struct plan_head *h, uint32_t index, struct layer *l) {
    static void (*const runs[])(const struct net_state *, const struct layer *) = {
        NULL, layer_conv, layer_conv, layer_maxpool, layer_avgpool8, layer_dense8};
    memset(l, 0, sizeof *l);
    l->plan = plan_read_layer(n, h, index);
    l->source = plan_read_tensor(n, h, l->plan.source);
    l->out = plan_read_tensor(n, h, l->plan.out);
    l->run = runs[l->plan.op];
    if (!has_products(l))
        return;
    l->k = plan_padded_k(&l->plan, &l->source);
    uint32_t bytes = l->plan.op == PLAN_BCONV ? l->k / 8 : l->k;
    /* bytes of a 1x1 convolution or of a vector lie as a row of A already; bits always do in a 1x1 */
    l->direct = l->plan.op == PLAN_DENSE8 || (l->plan.kernel == 1 && l->plan.stride == 1);
    l->row_bytes = l->direct || l->plan.op == PLAN_BCONV ? bytes : (bytes + 63) / 64 * 64;
}

/* Scratch that all layers share. */
struct scratch {
    uint64_t rows, sums, work;
};

/* Room for the slots, each as large as its largest tensor. */
static void place_slots(const struct net *n, const struct plan_head *h, struct arena *a, void **tensors) {
    uint64_t bytes[PLAN_MAX_SLOTS] = {0};
    void *places[PLAN_MAX_SLOTS];
    for (uint32_t i = 0; i < h->tensors; i++) {
        struct plan_tensor t = plan_read_tensor(n, h, i);
        if (t.slot != PLAN_NONE)
            more(&bytes[t.slot], plan_tensor_bytes(&t));
    }
    for (uint32_t i = 0; i < h->slots; i++)
        places[i] = take(a, bytes[i]);
    for (uint32_t i = 0; i < h->tensors && tensors; i++) {
        uint32_t slot = plan_read_tensor(n, h, i).slot;
        tensors[i] = slot == PLAN_NONE ? NULL : places[slot];
    }
}

/* Room for one layer's packed weights and numbers. */
static void place_layer(struct layer *l, struct arena *a, struct scratch *scratch) {
    more(&scratch->sums, 4ull * l->out.c * (has_products(l) ? layer_block(l) : 1));
    if (!has_products(l))
        return;
    uint64_t rhs = 0;
    kernel_bytes(l, &rhs, &scratch->work);
    l->rhs = take(a, rhs);
    l->multiplier = take(a, l->plan.op == PLAN_DENSE8 ? 0 : 4ull * l->out.c);
    l->bias = take(a, 4ull * l->out.c);
    if (!l->direct)
        more(&scratch->rows, (uint64_t)layer_block(l) * l->row_bytes);
}

/* Divide the arena; returns its state. With base NULL nothing is written, returns NULL, and every size is an upper
 * bound over the variants. */
static struct net_state *lay_out(const struct net *n, struct arena *a, uint32_t features) {
    struct plan_head h = plan_read_head(n);
    struct net_state *s = take(a, sizeof *s);
    void **tensors = take(a, h.tensors * sizeof *tensors);
    struct layer *layers = take(a, h.layers * sizeof *layers), one;
    struct scratch scratch = {0};
    place_slots(n, &h, a, tensors);
    for (uint32_t i = 0; i < h.layers; i++) {
        struct layer *l = layers ? &layers[i] : &one;
        resolve(n, &h, i, l);
        if (layers && has_products(l))
            l->kernel = choose(l->plan.op, features)->gemm;
        place_layer(l, a, &scratch);
    }
    void *rows = take(a, scratch.rows), *sums = take(a, scratch.sums), *work = take(a, scratch.work);
    if (s)
        *s = (struct net_state){n, h.layers, h.input, h.output, tensors, layers, rows, sums, work};
    return s;
}

bool net_open(struct net *n, const void *bytes, size_t size, char *err, size_t err_size) {
    memset(n, 0, sizeof *n);
    if (size < PLAN_HEADER_BYTES || memcmp(bytes, "HBNPLAN", 8) != 0)
        return plan_fail(err, err_size, "plan: not a network plan");
    n->bytes = bytes;
    n->size = size;
    if (plan_u32(n->bytes + 8) != PLAN_VERSION)
        return plan_fail(err, err_size, "plan: version %u, wanted %d", (unsigned)plan_u32(n->bytes + 8), PLAN_VERSION);
    if (size > PLAN_MAX_FILE_BYTES || plan_u32(n->bytes + 12) != size)
        return plan_fail(err, err_size, "plan: %zu bytes, its header says %u", size, (unsigned)plan_u32(n->bytes + 12));
    if ((uintptr_t)bytes % sizeof(uint64_t) != 0)
        return plan_fail(err, err_size, "plan: must lie at a multiple of 8");
    if (!plan_check(n, err, err_size))
        return false;
    struct plan_head h = plan_read_head(n);
    struct plan_tensor input = plan_read_tensor(n, &h, h.input), output = plan_read_tensor(n, &h, h.output);
    n->input_bytes = (size_t)plan_tensor_bytes(&input);
    n->output_bytes = (size_t)plan_tensor_bytes(&output);
    for (uint32_t i = 0; i < h.layers; i++) {
        struct plan_layer l = plan_read_layer(n, &h, i);
        uint32_t channels = plan_read_tensor(n, &h, l.out).c;
        n->weights_bytes += l.weights_bytes + (l.multiplier ? 4 * channels : 0) + (l.bias ? 4 * channels : 0);
    }
    struct arena sizes = {0};
    lay_out(n, &sizes, 0);
    if (sizes.used > PLAN_MAX_ARENA_BYTES)
        return plan_fail(err, err_size, "plan: needs %llu MiB of memory", (unsigned long long)sizes.used >> 20);
    n->arena_bytes = (size_t)sizes.used;
    return true;
}

static void fetch_i32(const int32_t *to, const uint8_t *from, uint32_t count) {
    int32_t *out = (int32_t *)to;
    for (uint32_t i = 0; i < count; i++)
        out[i] = (int32_t)plan_u32(from + 4 * (size_t)i);
}

/* Weights' bits of channel o that lie in the padding of a pixel; a sound writer sets none. */
static int64_t stray_bits(const struct layer *l, const uint8_t *weights, uint32_t o) {
    uint32_t words = plan_row_words(l->source.c), used = l->source.c % 64;
    int64_t count = 0;
    for (uint32_t tap = 0; tap < l->plan.kernel * l->plan.kernel && used; tap++) {
        size_t word = (size_t)o * (l->k / 64) + (size_t)tap * words + words - 1;
        count += __builtin_popcountll(plan_u64(weights + 8 * word) >> used);
    }
    return count;
}

/* The largest |sum| that channel o can reach once the tail is off. A padded bit counts +1 where it is zero as in the
 * source, and -1 where it is not. */
static int64_t largest_sum(const struct layer *l, const int8_t *weights, uint32_t o) {
    if (l->plan.op == PLAN_BCONV)
        return plan_true_k(&l->plan, &l->source) + 2 * stray_bits(l, (const uint8_t *)weights, o);
    int64_t magnitude = 0;
    for (size_t i = 0; i < l->k; i++) {
        int32_t w = weights[(size_t)o * l->k + i];
        magnitude += w < 0 ? -w : w;
    }
    return magnitude * 128;
}

static void fill(const struct net *n, struct layer *l, uint32_t features) {
    const uint8_t *weights = n->bytes + l->plan.weights;
    size_t row = l->plan.op == PLAN_BCONV ? l->k / 8 : l->k;
    l->kernel->pack_rhs(l->rhs, &(struct gemm_weights){.b = weights, .b_stride = row, .n = l->out.c, .k = l->k});
    if (l->plan.op != PLAN_DENSE8)
        fetch_i32(l->multiplier, n->bytes + l->plan.multiplier, l->out.c);
    fetch_i32(l->bias, n->bytes + l->plan.bias, l->out.c);
    l->tail = (int32_t)(l->k - plan_true_k(&l->plan, &l->source));
    bool narrow = l->plan.op != PLAN_DENSE8 && l->plan.shift <= 30;
    for (uint32_t o = 0; o < l->out.c && narrow; o++) {
        int64_t most = largest_sum(l, (const int8_t *)weights, o);
        int64_t by = l->multiplier[o], bias = l->bias[o], half = (int64_t)1 << (l->plan.shift - 1);
        /* after the shift at most 2^30 is left, so a bias below 2^29 and a shortcut cannot overflow */
        narrow = most * (by < 0 ? -by : by) + half < INT32_MAX && bias > -(1 << 29) && bias < 1 << 29;
    }
    l->scale = narrow ? scale_choose(features) : scale_wide;
}

/* Name the kernels in use, once each. */
static void name_variants(struct net *n, const struct net_state *s, uint32_t features) {
    size_t used = 0;
    n->variants[0] = 0;
    for (uint32_t op = PLAN_CONV8; op <= PLAN_BCONV; op++)
        for (uint32_t i = 0; i < s->layer_count; i++) {
            const struct layer *l = &s->layers[i];
            if (!l->kernel || (l->plan.op == PLAN_BCONV) != (op == PLAN_BCONV))
                continue;
            int written = snprintf(n->variants + used, sizeof n->variants - used, "%s%s", used ? "," : "",
                                choose(op, features)->name);
            used += written > 0 ? (size_t)written : 0;
            break;
        }
}

bool net_prepare(struct net *n, void *arena, uint32_t features, char *err, size_t err_size) {
    for (uint32_t op = PLAN_CONV8; op <= PLAN_BCONV; op++)
        if (!choose(op, features))
            return plan_fail(err, err_size, "this runner has no %s kernel", op == PLAN_BCONV ? "w1a1" : "w8a8");
    if (!arena || (uintptr_t)arena % PLAN_ALIGN != 0)
        return plan_fail(err, err_size, "the arena must lie at a multiple of %d", PLAN_ALIGN);
    struct arena place = {.base = arena};
    struct net_state *s = lay_out(n, &place, features);
    for (uint32_t i = 0; i < s->layer_count; i++)
        if (s->layers[i].kernel)
            fill(n, &s->layers[i], features);
    name_variants(n, s, features);
    n->arena = arena;
    n->state = s;
    return true;
}

void net_run(struct net *n, const void *input, void *output) {
    const struct net_state *s = n->state;
    s->tensors[s->input] = (void *)input; /* no layer writes the input: plan_check */
    s->tensors[s->output] = output;
    for (uint32_t i = 0; i < s->layer_count; i++)
        s->layers[i].run(s, &s->layers[i]);
}
