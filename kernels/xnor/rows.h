/* gemv is gemm with one row of A: a file that defines XNOR_GEMV gets the tile of one row and no other. */
#ifndef XNOR_ROWS_H
#define XNOR_ROWS_H
#include "../pack/tiles.h"

#if defined(XNOR_GEMV)
#define ROWS(most) 1
#define TILES(most, body)                                                                                              \
    TILE_ONE(body, 1)                                                                                                  \
    static tile_fn *const body##_fns[] = {NULL, body##_1};
#else
#define ROWS(most) most
#define TILES(most, body) TILES_##most(body)
#endif
#endif
