/* The rules that make a plan safe to execute; the twin of harness/networks/plans/rules.py. Those of one layer by
 * itself are in rules_layer.c. */
#include "plan.h"

#include <string.h>

struct check {
    const struct net *net;
    struct plan_head head;
    char *err;
    size_t err_size;
    uint32_t held[PLAN_MAX_SLOTS];      /* the tensor a slot holds now */
    uint16_t written[PLAN_MAX_TENSORS]; /* channels, from the first on */
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
        DEMAND(t.type >= PLAN_I8 && t.type <= PLAN_PLANES && (!outside || t.type == PLAN_F32), "tensor %u: type",
               (unsigned)i);
        DEMAND(t.h > 0 && t.h <= PLAN_MAX_SIDE && t.w > 0 && t.w <= PLAN_MAX_SIDE, "tensor %u: sides", (unsigned)i);
        DEMAND(t.c > 0 && t.c <= PLAN_MAX_CHANNELS, "tensor %u: channels", (unsigned)i);
        DEMAND(t.type == PLAN_PLANES ? t.planes >= 1 && t.planes <= PLAN_MAX_PLANES : t.planes == 0,
               "tensor %u: planes", (unsigned)i);
        DEMAND(plan_tensor_bytes(&t) <= PLAN_MAX_TENSOR_BYTES, "tensor %u: too large", (unsigned)i);
        DEMAND(outside ? t.slot == PLAN_NONE : t.slot < h->slots, "tensor %u: slot", (unsigned)i);
    }
    return true;
}

static struct plan_tensor tensor(const struct check *c, uint32_t index) {
    return plan_read_tensor(c->net, &c->head, index);
}

static bool kept(const struct check *c, uint32_t index) {
    uint32_t slot = tensor(c, index).slot;
    return slot == PLAN_NONE || c->held[slot] == index;
}

/* Only what is whole and still there. */
static bool reads(const struct check *c, unsigned i, uint32_t index) {
    DEMAND(index < c->head.tensors && c->written[index] == tensor(c, index).c, "layer %u: reads what is not written",
           i);
    DEMAND(kept(c, index), "layer %u: reads what is overwritten", i);
    return true;
}

/* Channels in order, in a tensor that nobody has written over. */
static bool writes(struct check *c, unsigned i, const struct plan_layer *l, uint32_t index) {
    DEMAND(index < c->head.tensors && index != c->head.input, "layer %u: output", i);
    struct plan_tensor out = tensor(c, index), source = tensor(c, l->source);
    uint32_t count = plan_channels(l, &source);
    DEMAND(l->out_first == c->written[index], "layer %u: channels are out of order", i);
    DEMAND(count > 0 && count <= out.c - l->out_first, "layer %u: more channels than there are", i);
    DEMAND(l->out_first == 0 || kept(c, index), "layer %u: its output is overwritten", i);
    c->written[index] = (uint16_t)(l->out_first + count);
    if (out.slot != PLAN_NONE)
        c->held[out.slot] = index;
    return true;
}

/* Whether a layer may write where its shortcut lies: float by float in the same places. */
static bool may_replace(const struct check *c, const struct plan_layer *l) {
    if (l->shortcut == PLAN_NONE || l->out == PLAN_NONE || l->shortcut == l->source || l->out_first != 0)
        return false;
    struct plan_tensor old = tensor(c, l->shortcut), new = tensor(c, l->out);
    return old.type == PLAN_F32 && new.type == PLAN_F32 && old.h == new.h && old.w == new.w && old.c == new.c;
}

/* A layer reads what is there and writes into slots it does not read, but for the shortcut's. */
static bool flow(struct check *c, unsigned i, const struct plan_layer *l) {
    bool adds = l->shortcut != PLAN_NONE, makes = l->out != PLAN_NONE, signs = l->bits != PLAN_NONE;
    DEMAND(makes || signs, "layer %u: writes nothing", i);
    if (!reads(c, i, l->source) || (adds && !reads(c, i, l->shortcut)))
        return false;
    uint32_t source = tensor(c, l->source).slot, shortcut = adds ? tensor(c, l->shortcut).slot : PLAN_NONE;
    if ((makes && !writes(c, i, l, l->out)) || (signs && !writes(c, i, l, l->bits)))
        return false;
    uint32_t out = makes ? tensor(c, l->out).slot : PLAN_NONE, bits = signs ? tensor(c, l->bits).slot : PLAN_NONE;
    bool clash = (out != PLAN_NONE && (out == source || (out == shortcut && !may_replace(c, l)) || out == bits)) ||
                 (bits != PLAN_NONE && (bits == source || bits == shortcut)) || (makes && l->out == l->bits) ||
                 (makes && (l->out == l->source || l->out == l->shortcut));
    DEMAND(!clash, "layer %u: writes what it reads", i);
    return true;
}

static bool is_float(const struct plan_layer *l) { return !strcmp(l->scheme, "fp32") || !strcmp(l->scheme, "fp16"); }

bool plan_check(const struct net *n, char *err, size_t err_size) {
    struct check state = {.net = n, .head = plan_read_head(n), .err = err, .err_size = err_size};
    struct check *c = &state;
    memset(c->held, 0xff, sizeof c->held);
    if (!tables(c) || !tensors(c))
        return false;
    c->written[c->head.input] = (uint16_t)tensor(c, c->head.input).c;
    for (uint32_t i = 0; i < c->head.layers; i++) {
        struct plan_layer l = plan_read_layer(n, &c->head, i);
        DEMAND(l.op >= PLAN_CONV && l.op <= PLAN_AFFINE, "layer %u: unknown kind %u", (unsigned)i, (unsigned)l.op);
        if (!flow(c, i, &l) || !plan_check_layer(n, i, err, err_size))
            return false;
        DEMAND(c->head.checks == 0 || !is_float(&l), "sums of floats have no known answer to the bit");
    }
    DEMAND(c->written[c->head.output] == tensor(c, c->head.output).c, "nobody writes the whole output");
    return true;
}
