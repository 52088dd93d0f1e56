/* How the arena is divided: written once, used for sizing and for placing. Private to nets. */
#ifndef NETS_ARENA_H
#define NETS_ARENA_H
#include "state.h"

struct arena {
    uint8_t *base; /* NULL while only sizes are wanted */
    uint64_t used;
    uint8_t *spare; /* scratch of preparing: weights on their way to the kernels' packing */
};

/* Divide the arena; returns its state. With base NULL nothing is written and NULL is returned. `*lacking`: the first
 * layer whose products no kernel makes, or PLAN_NONE. */
struct net_state *arena_lay_out(const struct net *n, struct arena *a, uint32_t *lacking);
/* Bytes of weights that a layer's kernel cannot pack as they lie in the plan: rows are longer there, of whole words for
 * each tap or of whole tiles. */
uint64_t layer_spread_bytes(const struct layer *l);
#endif
