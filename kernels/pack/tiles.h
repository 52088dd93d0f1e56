/* The walk over tiles that all tuned kernels share: panels of B outside, so that one stays in the nearest cache,
 * rows of A inside. A kernel brings its tile functions, one per number of rows, each compiled for that number.
 *
 * Every C element is 4 bytes. Full tiles write C themselves; a tile that hangs over the right edge writes to a
 * buffer here and only its columns inside C are copied. */
#ifndef PACK_TILES_H
#define PACK_TILES_H
#include "../include/kernel.h"
#include <stdalign.h>
#include <string.h>

struct tile {
    const uint8_t *a; /* first row of the tile */
    size_t a_stride;
    const uint8_t *panel;
    uint8_t *c;
    size_t c_stride;
    size_t k;
    size_t row; /* index of the first row, for kernels that keep something per row in work */
    const void *work;
};
typedef void tile_fn(const struct tile *tile);

enum { TILE_MAX_BYTES = 4096 }; /* of C, in one tile */

static inline void tile_copy_edge(const struct tile *tile, const uint8_t *edge, size_t edge_stride, size_t rows,
                                  size_t columns) {
    for (size_t row = 0; row < rows; row++)
        memcpy(tile->c + row * tile->c_stride, edge + row * edge_stride, columns * 4);
}

/* fns[r] computes r rows, 1 <= r <= mr, and nr columns; `a` and `a_stride` replace those of g where a kernel has
 * re-panelled A. */
static inline void tiles_run(const struct gemm_args *g, const void *a, size_t a_stride, size_t mr, size_t nr,
                             size_t bytes_of_panel, tile_fn *const *fns) {
    alignas(64) uint8_t edge[TILE_MAX_BYTES];
    struct tile tile = {.a_stride = a_stride, .k = g->k, .work = g->work, .panel = g->rhs};
    for (size_t n = 0; n < g->n; n += nr, tile.panel += bytes_of_panel) {
        size_t columns = g->n - n < nr ? g->n - n : nr;
        for (size_t m = 0; m < g->m; m += mr) {
            size_t rows = g->m - m < mr ? g->m - m : mr;
            tile.row = m;
            tile.a = (const uint8_t *)a + m * a_stride;
            tile.c = (uint8_t *)g->c + m * g->c_stride + n * 4;
            tile.c_stride = g->c_stride;
            if (columns == nr) {
                fns[rows](&tile);
                continue;
            }
            struct tile inner = tile;
            inner.c = edge;
            inner.c_stride = nr * 4;
            fns[rows](&inner);
            tile_copy_edge(&tile, edge, inner.c_stride, rows, columns);
        }
    }
}

/* Tile functions of 1..MR rows from one always-inlined body `static inline void body(const struct tile *, size_t)`;
 * a constant row count lets the compiler keep every accumulator in a register. */
#define TILE_INLINE static inline __attribute__((always_inline)) void
#define TILE_ONE(body, rows)                                                                                           \
    static void body##_##rows(const struct tile *t) { body(t, rows); }
/* The rows below the first `rows` of a tile. */
static inline struct tile tile_below(const struct tile *t, size_t rows) {
    struct tile below = *t;
    below.a += rows * t->a_stride;
    below.c += rows * t->c_stride;
    below.row += rows;
    return below;
}
/* The rest of a matrix in two steps: a body of its own for every number of rows would double the code. */
#define TILE_SUM(body, rows, first, second)                                                                            \
    static void body##_##rows(const struct tile *t) {                                                                  \
        struct tile below = tile_below(t, first);                                                                      \
        body##_##first(t);                                                                                             \
        body##_##second(&below);                                                                                       \
    }
#define TILES_2(body)                                                                                                  \
    TILE_ONE(body, 1) TILE_ONE(body, 2)                                                                                \
    static tile_fn *const body##_fns[] = {NULL, body##_1, body##_2};
#define TILES_4(body)                                                                                                  \
    TILE_ONE(body, 1) TILE_ONE(body, 2) TILE_ONE(body, 4) TILE_SUM(body, 3, 2, 1)                                      \
    static tile_fn *const body##_fns[] = {NULL, body##_1, body##_2, body##_3, body##_4};
#define TILES_6(body)                                                                                                  \
    TILE_ONE(body, 1) TILE_ONE(body, 2) TILE_ONE(body, 6)                                                              \
    TILE_SUM(body, 3, 2, 1) TILE_SUM(body, 4, 2, 2) TILE_SUM(body, 5, 4, 1)                                            \
    static tile_fn *const body##_fns[] = {NULL, body##_1, body##_2, body##_3, body##_4, body##_5, body##_6};
#define TILES_8(body)                                                                                                  \
    TILE_ONE(body, 1) TILE_ONE(body, 2) TILE_ONE(body, 4) TILE_ONE(body, 8)                                            \
    TILE_SUM(body, 3, 2, 1) TILE_SUM(body, 5, 4, 1) TILE_SUM(body, 6, 4, 2) TILE_SUM(body, 7, 6, 1)                    \
    static tile_fn *const body##_fns[] = {NULL,     body##_1, body##_2, body##_3, body##_4,                            \
                                          body##_5, body##_6, body##_7, body##_8};

/* Loads of A: only element-aligned, so always through memcpy. */
static inline uint32_t load_u32(const void *from) {
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return value;
}
static inline uint64_t load_u64(const void *from) {
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return value;
}
/* A word of bits. They are aligned; where the base cannot load others, load_u64 takes eight loads of a byte. */
static inline uint64_t load_word(const uint8_t *from) {
    uint64_t value;
    memcpy(&value, __builtin_assume_aligned(from, sizeof value), sizeof value);
    return value;
}
/* The last k % 4 bytes of a row, zero above: never a byte beyond the row. */
static inline uint32_t load_u32_tail(const uint8_t *from, size_t bytes) {
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint32_t)from[i] << (8 * i);
    return value;
}
#endif
