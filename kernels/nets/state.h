/* What net_prepare leaves in the arena: resolved layers, packed weights, scratch. Private to nets. */
#ifndef NETS_STATE_H
#define NETS_STATE_H
#include "../include/kernel.h"
#include "plan.h"

/* Rows of A that one kernel call gets: they and their sums stay in the first-level cache. A multiple of every
 * tile height in use (1, 2, 3, 4, 6, 8, 12, 16). */
enum { BLOCK_ROWS = 96 };

struct net_state;
struct layer;
/* Sums of `rows` pixels to activations: batch norm folded, shortcut (or NULL) added, saturated. */
typedef void scale_fn(const struct layer *l, const int32_t *sums, const int16_t *shortcut, int16_t *out, size_t rows);
scale_fn scale_wide, scale__portable, scale__avx2, scale__avx512, scale__neon;
/* The widest vectors these features allow. */
scale_fn *scale_choose(uint32_t features);

struct layer {
    void (*run)(const struct net_state *s, const struct layer *l);
    struct plan_layer plan;
    struct plan_tensor source, out;
    const struct gemm_kernel *kernel; /* NULL: no products here */
    uint32_t k;                       /* products per sum as the kernel counts them */
    uint32_t row_bytes;               /* between rows of A */
    bool direct;                      /* A is the source itself, no rows to gather */
    scale_fn *scale;                  /* scale_wide unless every scaled sum fits an int32 */
    void *rhs;
    int32_t tail; /* padded bits count as equal: this much is taken off every sum */
    const int32_t *multiplier, *bias;
};

struct net_state {
    const struct net *net;
    uint32_t layer_count, input, output;
    void **tensors; /* by number; input and output are set by each run */
    struct layer *layers;
    uint8_t *rows; /* BLOCK_ROWS gathered rows of A */
    int32_t *sums; /* BLOCK_ROWS x channels; pools use one row */
    void *work;    /* the kernel's scratch */
};

void layer_conv(const struct net_state *s, const struct layer *l); /* CONV8 and BCONV */
void layer_dense8(const struct net_state *s, const struct layer *l);
void layer_maxpool(const struct net_state *s, const struct layer *l);
void layer_avgpool8(const struct net_state *s, const struct layer *l);

/* Bit b of the words = channel b is negative; tails zero. */
void signs_pack(uint64_t *words, const int16_t *row, size_t channels);

/* Rows of one kernel call. */
static inline size_t layer_block(const struct layer *l) {
    size_t pixels = l->plan.op == PLAN_DENSE8 ? 1 : (size_t)l->out.h * l->out.w;
    return pixels < BLOCK_ROWS ? pixels : BLOCK_ROWS;
}
#endif
