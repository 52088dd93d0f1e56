/* Executes a flat network plan (written by harness/networks/plan) layer by layer. Everything is little-endian and
 * bounds-checked at open; nothing is allocated and nothing read or written inside net_run. */
#ifndef NETS_NETS_H
#define NETS_NETS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct net {
    const uint8_t *bytes;
    size_t size;
    size_t input_bytes, output_bytes;
    size_t arena_bytes, weights_bytes;
    bool output_is_float;
    void *arena;
    char variants[256]; /* comma-separated kernel variants this net uses, for the record */
    const void *state;  /* opaque: layers inside the arena */
};

/* Check header, tables and every offset. Returns false and words in err when the plan cannot be trusted. */
bool net_open(struct net *n, const void *bytes, size_t size, char *err, size_t err_size);
/* Lay out `arena` (arena_bytes, 64-byte aligned) and pack weights for the variants that `features` allow. */
bool net_prepare(struct net *n, void *arena, uint32_t features, char *err, size_t err_size);
/* One inference: input_bytes in, output_bytes out. The timed call. */
void net_run(struct net *n, const void *input, void *output);
/* Run the plan's own check vectors through the two buffers (input_bytes, output_bytes); false and words in err
 * when an answer is not the one the plan names. Never timed. */
bool net_check(struct net *n, void *input, void *output, char *err, size_t err_size);
#endif
