/* What net_prepare leaves in the arena: resolved layers, packed weights, scratch. Private to nets. */
#ifndef NETS_STATE_H
#define NETS_STATE_H
#include "../include/kernel.h"
#include "plan.h"
#include "vectors.h"

/* Rows of A that one product gets: they, their sums and what becomes of these stay in the nearest cache. A multiple of
 * every tile height in use (1, 2, 3, 4, 6, 8, 12, 16); of the two tiles of sixteen that AMX takes at a time there is one
 * pair. BLOCK_SUMS: of a conv kernel, which has work of its own to do at every call. */
enum { BLOCK_ROWS = 48, BLOCK_TILES = 32, BLOCK_SUMS = 1 << 15 };

struct net_state;
struct layer;
struct range {
    size_t first, end;
};
/* Does a range of a layer's units with the scratch of one thread. */
typedef void layer_fn(const struct net_state *s, const struct layer *l, size_t thread, struct range units);

/* How a CONV gets its sums. */
enum conv_how {
    CONV_FUSED,  /* w1a1, wide fp32: a conv kernel that also does all that follows: rows of the output */
    CONV_BITS,   /* w1a1: a conv kernel that compares its sums; nothing but bits is wanted */
    CONV_SUMS,   /* w1a1, wide fp32: a conv kernel, then the finish, some rows at a time */
    CONV_DIRECT, /* a product: the map itself is A */
    CONV_GATHER, /* a product: windows gathered into rows of A */
};

struct layer {
    layer_fn *run;
    size_t units; /* that threads share: pixels, rows or blocks of channels */
    struct plan_layer plan;
    struct plan_tensor source, made;
    struct plan_tensor out, bits, shortcut; /* type 0: there is none */
    uint32_t channels;                      /* that are written */
    /* of a CONV */
    enum conv_how how;
    const struct kernel_variant *variant;
    struct conv_shape shape; /* for the conv kernel */
    bool float_sums;
    bool in_place;           /* sums are made where the output's floats go */
    bool in_band;            /* the pool behind it runs it */
    size_t k;                /* products per sum as the kernel counts them */
    size_t row_bytes;        /* between rows of A */
    size_t block;            /* rows of A at a time */
    size_t wide;             /* pixels in a unit of an AFFINE, else 1 */
    int32_t tail;            /* padded bits count as equal: this much is taken off every sum */
    void *rhs;
    size_t columns, part_bytes; /* columns a part, where threads share columns; bytes of a part's rhs */
    int32_t *threshold;         /* of CONV_BITS, by channel, and which channels' comparisons turn around */
    uint64_t *flip;
    const float *scale, *bias;  /* wide x channels, always there: without effect where the plan has none */
};

/* Of one thread. */
struct scratch {
    uint8_t *rows;   /* gathered rows of A; zeros of an average */
    uint8_t *sums;   /* a block of int32 or float, which may become floats there */
    uint8_t *second; /* shortcuts as floats, then codes on their way to planes */
    void *work;      /* the kernel's scratch */
    uint8_t *band;   /* rows of the map between a convolution and its pool */
};

/* One for each thread, side by side. */
struct net_state {
    const struct net *net;
    uint32_t input, output;
    uint8_t **tensors; /* by number, the thread's own: input and output are set by each run, bands by who makes them */
    struct layer *layers;
    struct scratch *scratch; /* by thread */
    const float *nothing;    /* -0.0 for every channel of the widest unit */
    const struct net_vectors *vectors;
    map_fn *signs, *planes;
    const struct layer *now; /* of the first one: the layer that the team is at */
};

layer_fn layer_conv, layer_maxpool, layer_avgpool, layer_affine;

/* A MAXPOOL that runs the CONV before it as well, band by band; units are rows of the pool. The CONV by itself is not
 * run. Which pools can: band_fits, of the layer with that index. */
layer_fn layer_band;
bool band_fits(const struct net *n, const struct plan_head *h, uint32_t index);
uint64_t band_bytes(const struct layer *pool);

/* Sums of products or of a pool (int32, or floats) of the output pixels first .. first + count, channels o .. o + n,
 * to all that the layer writes. z: rows of n values, `stride` bytes apart; what lies in t->sums is used up. */
struct finish_call {
    const uint8_t *z;
    size_t stride;
    bool floats;
    size_t first, count, o, n;
};
void finish(const struct net_state *s, const struct layer *l, const struct scratch *t, const struct finish_call *call);
/* The signs alone, of floats z. */
void finish_signs(const struct net_state *s, const struct layer *l, const struct finish_call *call);
/* Whether the finish is just scale, bias and perhaps floats of a shortcut. */
bool finish_is_affine(const struct layer *l);

/* Whether a binary convolution's finish is no more than a comparison, and these of its numbers. */
bool threshold_fits(const struct layer *l);
void threshold_fill(const struct layer *l);

/* Windows first .. first + count of the output as rows of A. */
void gather(const struct net_state *s, const struct layer *l, uint8_t *rows, size_t first, size_t count);

/* Fewer bits are products of bytes where a core has an instruction for these; planes and tables are for all others.
 * What that gains: docs/NETWORKS.md. */
bool net_prefers_bytes(uint32_t features);

/* A plan's records as this CPU carries them out best: the same numbers in another form. */
struct plan_tensor net_tensor(const struct net *n, const struct plan_head *h, uint32_t index);
struct plan_layer net_layer(const struct net *n, const struct plan_head *h, uint32_t index);

/* The kernel for a layer's products, and how it is called; false: this runner has none. */
bool layer_choose(struct layer *l, uint32_t features, size_t threads);
/* The kernel of an op that has one scheme. */
const struct kernel_variant *kernel_of(const char *op, const char *scheme, uint32_t features);

/* Whether the output lies where the shortcut does. */
static inline bool layer_replaces(const struct layer *l) {
    return l->out.type && l->shortcut.type && l->out.slot != PLAN_NONE && l->out.slot == l->shortcut.slot;
}

/* Where channel o that the layer writes begins in pixel 0 of a tensor. */
static inline uint8_t *layer_place(const struct net_state *s, const struct layer *l, const struct plan_tensor *t,
                                   uint32_t index, size_t o) {
    size_t channel = l->plan.out_first + o;
    size_t bytes = t->type == PLAN_F32 ? 4 * channel : t->type == PLAN_F16 ? 2 * channel : channel;
    return s->tensors[index] + (t->type == PLAN_BITS ? channel / 8 : t->type == PLAN_PLANES ? 0 : bytes);
}

/* First and last-plus-one index inside of the map of the window at `place`. */
static inline struct range window_inside(size_t place, size_t stride, size_t pad, size_t kernel, size_t side) {
    size_t begin = place * stride, end = begin + kernel - pad;
    return (struct range){begin < pad ? 0 : begin - pad, end < side ? end : side};
}
#endif
