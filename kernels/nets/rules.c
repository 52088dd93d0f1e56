/* The rules that make a plan safe to execute; the twin of harness/networks/rules.py. */
#include "plan.h"

#include <string.h>

struct check {
    const struct net *net;
    struct plan_head head;
    char *err;
    size_t err_size;
    uint32_t held[PLAN_MAX_SLOTS];       /* the tensor a slot holds now */
    uint8_t written[PLAN_MAX_TENSORS];
};

#define DEMAND(condition, ...) \
    do { \
        if (!(condition)) \
            return plan_fail(c->err, c->err_size, "plan: " __VA_ARGS__); \
    } while (0)

static bool table_fits(const struct check *c, uint32_t at, uint32_t count, uint32_t record, uint32_t max) {
    return count <= max && at >= PLAN_HEADER_BYTES && at % PLAN_ALIGN == 0 &&
           at + (uint64_t)count * record <= c->net->size;
}

static bool tables(const struct check *c) {
    const struct plan_head *h = &c->head;
    DEMAND(h->tensors > 0 && table_fits(c, h->tensor_at, h->tensors, PLAN_TENSOR_BYTES, PLAN_MAX_TENSORS),
           "tensor table");
    DEMAND(h->layers > 0 && table_fits(c, h->layer_at, h->layers, PLAN_LAYER_BYTES, PLAN_MAX_LAYERS), "layer table");
    DEMAND(table_fits(c, h->check_at, h->checks, PLAN_CHECK_BYTES, PLAN_MAX_CHECKS), "check table");
    DEMAND(h->slots <= PLAN_MAX_SLOTS, "%u slots", (unsigned)h->slots);
    DEMAND(h->input < h->tensors && h->output < h->tensors && h->input != h->output, "input or output");
    return true;
}

static bool tensors(const struct check *c) {
    const struct plan_head *h = &c->head;
    for (uint32_t i = 0; i < h->tensors; i++) {
        struct plan_tensor t = plan_read_tensor(c->net, h, i);
        bool outside = i == h->input || i == h->output;
        uint32_t wanted = i == h->input ? PLAN_I8 : i == h->output ? PLAN_I32 : t.type;
        DEMAND(t.type >= PLAN_I8 && t.type <= PLAN_I32 && t.type == wanted, "tensor %u: type", (unsigned)i);
        DEMAND(t.h > 0 && t.h <= PLAN_MAX_SIDE && t.w > 0 && t.w <= PLAN_MAX_SIDE, "tensor %u: sides", (unsigned)i);
        DEMAND(t.c > 0 && t.c <= PLAN_MAX_CHANNELS, "tensor %u: channels", (unsigned)i);
        DEMAND(plan_tensor_bytes(&t) <= PLAN_MAX_TENSOR_BYTES, "tensor %u: too large", (unsigned)i);
        DEMAND(outside ? t.slot == PLAN_NONE : t.slot < h->slots, "tensor %u: slot", (unsigned)i);
    }
    return true;
}

static bool same_map(const struct plan_tensor *a, const struct plan_tensor *b) {
    return a->h == b->h && a->w == b->w && a->c == b->c;
}

static bool side(uint32_t given, uint32_t made, const struct plan_layer *l) {
    uint32_t room = given + 2 * l->pad;
    return room >= l->kernel && (room - l->kernel) / l->stride + 1 == made;
}

/* Source and output: types, window and sizes belong together. */
static bool shapes(const struct check *c, unsigned i, const struct plan_layer *l) {
    static const uint8_t from[] = {0, PLAN_I8, PLAN_BITS, PLAN_I16, PLAN_I16, PLAN_I8};
    static const uint8_t to[] = {0, PLAN_I16, PLAN_I16, PLAN_I16, PLAN_I8, PLAN_I32};
    static const uint8_t border[] = {0, PLAN_ZERO, PLAN_PLUS_ONE, PLAN_NOTHING, PLAN_NOTHING, PLAN_NOTHING};
    struct plan_tensor source = plan_read_tensor(c->net, &c->head, l->source);
    struct plan_tensor out = plan_read_tensor(c->net, &c->head, l->out);
    DEMAND(source.type == from[l->op] && out.type == to[l->op], "layer %u: types", i);
    DEMAND(l->border == border[l->op], "layer %u: border", i);
    DEMAND(l->kernel >= 1 && l->kernel <= PLAN_MAX_WINDOW && l->stride >= 1 && l->stride <= PLAN_MAX_WINDOW &&
               l->pad < l->kernel,
           "layer %u: window", i);
    if (l->op == PLAN_DENSE8)
        DEMAND(out.h == 1 && out.w == 1 && l->kernel == 1 && l->stride == 1, "layer %u: not a vector", i);
    else
        DEMAND(side(source.h, out.h, l) && side(source.w, out.w, l), "layer %u: shapes disagree", i);
    bool pool = l->op == PLAN_MAXPOOL || l->op == PLAN_AVGPOOL8;
    DEMAND(!pool || source.c == out.c, "layer %u: a pool keeps its channels", i);
    DEMAND(l->pad == 0 || l->op != PLAN_AVGPOOL8, "layer %u: no border here", i);
    if (l->shortcut != PLAN_NONE) {
        struct plan_tensor other = plan_read_tensor(c->net, &c->head, l->shortcut);
        DEMAND(l->op == PLAN_BCONV && other.type == PLAN_I16 && same_map(&other, &out), "layer %u: shortcut", i);
    }
    if (l->bits != PLAN_NONE) {
        struct plan_tensor signs = plan_read_tensor(c->net, &c->head, l->bits);
        DEMAND(out.type == PLAN_I16 && signs.type == PLAN_BITS && same_map(&signs, &out), "layer %u: bits", i);
    }
    return true;
}

static bool blob_fits(const struct check *c, uint32_t at, uint64_t bytes, bool wanted) {
    if (!wanted)
        return at == 0;
    return at >= PLAN_HEADER_BYTES && at % PLAN_ALIGN == 0 && at + bytes <= c->net->size;
}

/* Sizes of blobs, and numbers small enough that no sum overflows. */
static bool numbers(const struct check *c, unsigned i, const struct plan_layer *l) {
    struct plan_tensor source = plan_read_tensor(c->net, &c->head, l->source);
    struct plan_tensor out = plan_read_tensor(c->net, &c->head, l->out);
    bool scaled = l->op == PLAN_CONV8 || l->op == PLAN_BCONV, weighted = scaled || l->op == PLAN_DENSE8;
    bool averages = l->op == PLAN_AVGPOOL8;
    uint64_t weights = 0;
    if (weighted) {
        /* a vector of a whole map may be larger than 32 bits can count */
        uint64_t depth = l->op == PLAN_DENSE8 ? (uint64_t)source.h * source.w * source.c : plan_true_k(l, &source);
        DEMAND(depth <= PLAN_MAX_K, "layer %u: too many products in a sum", i);
        uint64_t row = l->op == PLAN_BCONV ? plan_padded_k(l, &source) / 8 : depth;
        weights = row * out.c;
    }
    DEMAND(l->weights_bytes == weights && blob_fits(c, l->weights, weights, weighted), "layer %u: weights", i);
    DEMAND(blob_fits(c, l->multiplier, 4ull * out.c, scaled), "layer %u: multipliers", i);
    DEMAND(blob_fits(c, l->bias, 4ull * out.c, weighted), "layer %u: biases", i);
    DEMAND(scaled || averages ? l->shift >= 1 && l->shift <= PLAN_MAX_SHIFT : l->shift == 0, "layer %u: shift", i);
    DEMAND(averages ? l->factor > 0 && l->factor < 1u << 24 : l->factor == 0, "layer %u: factor", i);
    return true;
}

static bool reads(const struct check *c, unsigned i, uint32_t tensor) {
    DEMAND(tensor < c->head.tensors && c->written[tensor], "layer %u: reads what is not written", i);
    uint32_t slot = plan_read_tensor(c->net, &c->head, tensor).slot;
    DEMAND(slot == PLAN_NONE || c->held[slot] == tensor, "layer %u: reads what is overwritten", i);
    return true;
}

static uint32_t slot_of(const struct check *c, uint32_t tensor) {
    return plan_read_tensor(c->net, &c->head, tensor).slot;
}

/* A layer reads what is there and writes into slots it does not read. */
static bool flow(struct check *c, unsigned i, const struct plan_layer *l) {
    bool adds = l->shortcut != PLAN_NONE, signs = l->bits != PLAN_NONE;
    if (!reads(c, i, l->source) || (adds && !reads(c, i, l->shortcut)))
        return false;
    DEMAND(l->out < c->head.tensors && !c->written[l->out], "layer %u: output", i);
    DEMAND(!signs || (l->bits < c->head.tensors && !c->written[l->bits] && l->bits != l->out), "layer %u: bits", i);
    uint32_t source = slot_of(c, l->source), out = slot_of(c, l->out);
    uint32_t shortcut = adds ? slot_of(c, l->shortcut) : PLAN_NONE, bits = signs ? slot_of(c, l->bits) : PLAN_NONE;
    bool clash = (out != PLAN_NONE && (out == source || out == shortcut || out == bits)) ||
                 (bits != PLAN_NONE && (bits == source || bits == shortcut));
    DEMAND(!clash, "layer %u: writes what it reads", i);
    c->written[l->out] = 1;
    if (out != PLAN_NONE)
        c->held[out] = l->out;
    if (signs) {
        c->written[l->bits] = 1;
        if (bits != PLAN_NONE)
            c->held[bits] = l->bits;
    }
    return true;
}

bool plan_check(const struct net *n, char *err, size_t err_size) {
    struct check state = {.net = n, .head = plan_read_head(n), .err = err, .err_size = err_size};
    struct check *c = &state;
    memset(c->held, 0xff, sizeof c->held);
    if (!tables(c) || !tensors(c))
        return false;
    c->written[c->head.input] = 1;
    for (uint32_t i = 0; i < c->head.layers; i++) {
        struct plan_layer l = plan_read_layer(n, &c->head, i);
        DEMAND(l.op >= PLAN_CONV8 && l.op <= PLAN_DENSE8, "layer %u: unknown kind %u", (unsigned)i, (unsigned)l.op);
        if (!flow(c, i, &l) || !shapes(c, i, &l) || !numbers(c, i, &l))
            return false;
    }
    DEMAND(c->written[c->head.output], "no layer writes the output");
    return true;
}
