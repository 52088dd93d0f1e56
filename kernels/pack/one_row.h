/* Tiles of a single row: a kernel of products becomes one of vectors, where the memory that B streams from is the
 * limit. */
#ifndef PACK_ONE_ROW_H
#define PACK_ONE_ROW_H
#include "tiles.h"

#define TILES_1(body)                                                                                                  \
    TILE_ONE(body, 1)                                                                                                  \
    static tile_fn *const body##_fns[] = {NULL, body##_1};
#endif
