/* Products of floats: the register tiles of each instruction set, and the walk over them that all share.
 *
 * Blocks of B outside, rows of A inside, so that a block of B stays in the second cache until the last rows have
 * passed by, and the rows of a tile in the first until the last columns have. Elements of 2 bytes become floats once
 * per block, in `work`; the packed B keeps its 2 bytes. */
#ifndef PACK_PRODUCT_H
#define PACK_PRODUCT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct float_tile {
    const uint8_t *a; /* rows of floats */
    size_t a_stride;
    const float *b; /* [k][nr] */
    float *c;
    size_t c_stride; /* floats */
    size_t k;
    bool more; /* add to what C holds */
    /* Memory that is wanted soon: every PRODUCT_LINE steps a line from each of mr places `ahead_stride` bytes apart,
     * then `ahead_step` bytes further. */
    const uint8_t *ahead;
    size_t ahead_stride, ahead_step;
};
typedef void float_tile_fn(const struct float_tile *t);
typedef void float_copy_fn(float *to, const float *from, size_t count);
/* c * scale + bias, then + shortcut if there is one. */
typedef void float_finish_fn(float *c, const float *scale, const float *bias, const float *shortcut, size_t count);
struct float_tile_size {
    size_t rows;
    float_tile_fn *run;
    float_tile_fn *half; /* of the first nr / 2 columns only; NULL = there is none */
};
/* Of one instruction set. */
struct float_tiles {
    size_t mr, nr, block_bytes;          /* block_bytes: of B, as floats */
    size_t columns;                      /* of a block where rows of A cost nothing to get, else PRODUCT_COLUMNS */
    size_t crowded;                      /* strides at which all rows fall into a few cache sets; 0 = none */
    const struct float_tile_size *sizes; /* rising, the last one has mr rows */
    float_copy_fn *copy;                 /* of a vector or more; NULL = memcpy is as good */
    float_finish_fn *finish;             /* NULL = a loop in C is as good */
};
extern const struct float_tiles float_tiles__portable, float_tiles__avx2, float_tiles__avx512, float_tiles__neon;

enum { PRODUCT_LINE = 16, PRODUCT_COLUMNS = 512, PRODUCT_MAX_TILE = 384 }; /* floats; most columns of a block */

/* What a walk is about just now; `first`: of K. */
struct product_block {
    size_t row, rows, column, columns, first, k;
};
struct product;
/* Sets t->a and t->a_stride to the block's rows as floats, t->ahead and t->ahead_stride to where the rows after them
 * are read from. The tile reads as many rows as product_tile says. */
typedef void product_rows_fn(const struct product *p, const struct product_block *at, struct float_tile *t);
/* What becomes of finished sums. */
typedef void product_done_fn(const struct product *p, const struct product_block *at);
/* Elements of 2 bytes to floats. */
typedef void product_floats_fn(float *to, const uint8_t *from, size_t count);

struct product {
    const struct float_tiles *tiles;
    size_t columns; /* of a block */
    size_t m, n, k;
    const uint8_t *rhs;
    float *c;
    size_t c_stride; /* floats */
    float *work;
    const void *source; /* of rows and done */
    product_rows_fn *rows;
    product_done_fn *done;     /* NULL = nothing */
    product_floats_fn *floats; /* NULL = elements are floats */
};
void product_run(const struct product *p);
/* Bytes of scratch; needs tiles, columns, n, k and floats only. */
size_t product_work(const struct product *p);
/* Whether a tile may read the rows of a block where they lie, `stride` bytes apart. */
bool product_in_place(const struct product *p, const struct product_block *at, size_t stride);
/* The smallest tile that holds so many rows. */
const struct float_tile_size *product_tile(const struct float_tiles *tiles, size_t rows);
/* Floats between copied rows: a line more than whole lines, else rows of 2^n bytes would share a cache set. */
static inline size_t product_stride(size_t k) {
    return (k + PRODUCT_LINE - 1) / PRODUCT_LINE * PRODUCT_LINE + PRODUCT_LINE;
}
#endif
