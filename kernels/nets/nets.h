/* Executes a flat network plan (written by harness/networks/plans) layer by layer. Everything is little-endian and
 * bounds-checked at open; nothing is allocated and nothing read or written inside net_run. */
#ifndef NETS_NETS_H
#define NETS_NETS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Threads that each do their part of a layer, all at the same time; `run` returns when the last one has. */
struct net_team {
    void (*run)(void *self, void (*part)(void *of, size_t index), void *of);
    void *self;
};

struct kernel_variant;
struct net {
    const uint8_t *bytes;
    size_t size;
    uint32_t features; /* that its kernels may use */
    size_t threads;
    bool prefers_bytes;               /* fewer bits are products of bytes on this CPU */
    size_t input_bytes, output_bytes; /* float32 both */
    size_t arena_bytes, weights_bytes;
    size_t layers;
    char variants[256];          /* comma-separated kernel variants this net uses, for the record */
    const struct net_team *team; /* of `threads` members; not asked where that is 1 */
    void *state;                 /* opaque: layers inside the arena */
};

/* What a plan is opened for. */
struct net_wish {
    uint32_t features;
    size_t threads;
};

/* Check header, tables and every offset. Returns false and words in err when the plan cannot be trusted, or there is
 * no kernel for it. */
bool net_open(struct net *n, const void *bytes, size_t size, struct net_wish wish, char *err, size_t err_size);
/* Lay out `arena` (arena_bytes, 64-byte aligned) and pack weights. */
bool net_prepare(struct net *n, void *arena, char *err, size_t err_size);
/* One inference: input_bytes in, output_bytes out, both at multiples of 4. The timed call. */
void net_run(struct net *n, const void *input, void *output);
/* The same with the time that each layer took, by the clock `now`: took[layers]. A pool that runs with the convolution
 * before it took 0, and the convolution the time of both. */
void net_run_layers(struct net *n, const void *input, void *output, int64_t (*now)(void), int64_t *took);
/* The kernel variant of a layer's products; NULL where it has none. */
const struct kernel_variant *net_layer_variant(const struct net *n, size_t layer);
/* Run the plan's own check vectors through the two buffers (input_bytes, output_bytes); false and words in err
 * when an answer is not the one the plan names. Never timed. */
bool net_check(struct net *n, void *input, void *output, char *err, size_t err_size);
#endif
