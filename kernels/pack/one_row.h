/* Tiles of a single row, with which a kernel of products becomes one of vectors, where the memory that B streams from
 * is the limit; and sets of few tiles, for programs that must stay small. */
#ifndef PACK_ONE_ROW_H
#define PACK_ONE_ROW_H
#include "tiles.h"

#define TILES_1(body)                                                                                                  \
    TILE_ONE(body, 1)                                                                                                  \
    static tile_fn *const body##_fns[] = {NULL, body##_1};

/* For the size of the program: only the full tile and the single row have bodies of their own, and the few rows that
 * M leaves over are done one by one. */
#define TILE_FEW(body, rows)                                                                                           \
    static void body##_##rows(const struct tile *t) { tile_few(t, rows, body##_1); }
#define TILES_1_OR_4(body)                                                                                             \
    TILE_ONE(body, 1) TILE_FEW(body, 2) TILE_FEW(body, 3) TILE_ONE(body, 4)                                            \
    static tile_fn *const body##_fns[] = {NULL, body##_1, body##_2, body##_3, body##_4};
#define TILES_1_OR_6(body)                                                                                             \
    TILE_ONE(body, 1) TILE_FEW(body, 2) TILE_FEW(body, 3) TILE_FEW(body, 4) TILE_FEW(body, 5) TILE_ONE(body, 6)        \
    static tile_fn *const body##_fns[] = {NULL, body##_1, body##_2, body##_3, body##_4, body##_5, body##_6};

static inline void tile_few(const struct tile *t, size_t rows, tile_fn *one_row) {
    struct tile one = *t;
    for (; rows > 0; rows--, one.row++, one.a += one.a_stride, one.c += one.c_stride)
        one_row(&one);
}

/* The last 1 to 4 bytes of a row, zero above: never a byte beyond the row. Without a loop, which would be unrolled once
 * per row of a tile. */
static inline uint32_t load_u32_last(const uint8_t *from, size_t bytes) {
    uint32_t value = from[0];
    value |= bytes > 1 ? (uint32_t)from[1] << 8 : 0;
    value |= bytes > 2 ? (uint32_t)from[2] << 16 : 0;
    return value | (bytes > 3 ? (uint32_t)from[3] << 24 : 0);
}
#endif
