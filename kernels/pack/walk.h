/* The walk of tiles.h as a function, for programs that must stay small: one copy serves all kernels, and a kernel brings
 * two tiles, of a single row and of `mr` rows. Rows that M leaves over are done one by one. */
#ifndef PACK_WALK_H
#define PACK_WALK_H
#include "tiles.h"

struct tile_pair {
    tile_fn *one, *full; /* the same where mr is 1 */
    size_t mr, nr;
};
void pair_run(const struct tile_pair *pair, const struct gemm_args *g, const void *a, size_t a_stride,
              size_t bytes_of_panel);

#define TILE_PAIR(body)                                                                                                \
    static void body##_one(const struct tile *t) { body(t, 1); }                                                       \
    static void body##_full(const struct tile *t) { body(t, MR); }                                                     \
    static const struct tile_pair body##_pair = {body##_one, MR == 1 ? body##_one : body##_full, MR, NR};
#endif
