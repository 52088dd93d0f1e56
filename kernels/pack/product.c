/* The walk. Nothing here is done per element of a sum, so it is compiled once, for the base of the target. */
#include "product.h"
#include <stdalign.h>
#include <string.h>

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

const struct float_tile_size *product_tile(const struct float_tiles *tiles, size_t rows) {
    const struct float_tile_size *size = tiles->sizes;
    while (size->rows < rows)
        size++;
    return size;
}

bool product_in_place(const struct product *p, const struct product_block *at, size_t stride) {
    size_t crowded = p->tiles->crowded;
    return product_tile(p->tiles, at->rows)->rows == at->rows && !(crowded && stride % crowded == 0);
}

static size_t block_columns(const struct product *p) {
    size_t nr = p->tiles->nr;
    return least((p->n + nr - 1) / nr * nr, p->columns);
}

/* K of a block: long for few columns, so that rows of A are read in long runs. */
static __attribute__((noinline)) size_t block_k(const struct product *p) {
    size_t most = p->tiles->block_bytes / 4 / block_columns(p), pieces = (p->k + most - 1) / most;
    return (p->k + pieces - 1) / pieces;
}

static size_t floats_of_a(const struct product *p) { return p->tiles->mr * product_stride(block_k(p)); }

size_t product_work(const struct product *p) {
    size_t of_b = p->floats ? block_columns(p) * block_k(p) : 0;
    return (floats_of_a(p) + of_b) * 4;
}

/* The block of B as floats; *stride = floats between its panels. */
static const float *block_of_b(const struct product *p, const struct product_block *at, size_t *stride) {
    size_t nr = p->tiles->nr, bytes = p->floats ? 2 : 4;
    const uint8_t *b = p->rhs + (at->column * p->k + at->first * nr) * bytes;
    *stride = nr * p->k;
    if (!p->floats)
        return (const float *)b;
    float *floats = p->work + floats_of_a(p), *to = floats;
    *stride = nr * at->k;
    for (size_t n = 0; n < at->columns; n += nr, to += nr * at->k, b += nr * p->k * bytes)
        p->floats(to, b, nr * at->k);
    return floats;
}

/* Bring the next block of B while the first rows are at work, then the rows that come next. */
static void bring_ahead(const struct product *p, struct float_tile *t, const struct float_tile *next, size_t row) {
    size_t of_b = row * (t->k / PRODUCT_LINE) * 64, whole = p->tiles->nr * 4 * t->k;
    bool b = !p->floats && row > 0 && of_b < whole;
    t->ahead = b ? (const uint8_t *)t->b + whole + of_b : next->ahead;
    t->ahead_stride = b ? 64 : next->ahead_stride;
    t->ahead_step = b ? p->tiles->mr * 64 : PRODUCT_LINE * (p->floats ? 2 : 4);
}

/* A tile that hangs over an edge of C works on a copy: only what lies inside is read and written. */
static __attribute__((noinline)) void run_edge(const struct float_tile *t, const struct product *p, float_tile_fn *run, size_t rows,
                     size_t columns) {
    alignas(64) float edge[PRODUCT_MAX_TILE];
    struct float_tile inner = *t;
    inner.c = edge;
    inner.c_stride = p->tiles->nr;
#pragma clang loop unroll(disable)
    for (size_t r = t->more ? 0 : rows; r < rows; r++)
        memcpy(edge + r * inner.c_stride, t->c + r * t->c_stride, columns * 4);
    run(&inner);
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < rows; r++)
        memcpy(t->c + r * t->c_stride, edge + r * inner.c_stride, columns * 4);
}

static __attribute__((noinline)) void run_rows(const struct product *p, const struct product_block *at, struct float_tile *next,
                     size_t b_stride) {
    const struct float_tile_size *size = product_tile(p->tiles, at->rows);
    struct float_tile t = *next;
    size_t nr = p->tiles->nr;
    t.c = p->c + at->row * p->c_stride + at->column;
    for (size_t n = 0; n < at->columns; n += nr, t.b += b_stride, t.c += nr) {
        size_t columns = least(at->columns - n, nr);
        bool half = size->half && 2 * columns <= nr;
        float_tile_fn *run = half ? size->half : size->run;
        bring_ahead(p, &t, next, at->row);
        if (size->rows == at->rows && columns == (half ? nr / 2 : nr))
            run(&t);
        else
            run_edge(&t, p, run, at->rows, columns);
    }
}

/* Of `left` rows. Some tiles that are a row short, where there are such, save a nearly empty one at the end. */
static size_t rows_of_tile(const struct float_tiles *tiles, size_t left) {
    size_t mr = tiles->mr, less = mr - 1, over = left % mr;
    if (over > 0 && left >= (mr - over) * less && product_tile(tiles, less)->rows == less)
        return less;
    return least(left, mr);
}

static void run_block(const struct product *p, struct product_block *at) {
    struct float_tile t = {.c_stride = p->c_stride, .k = at->k, .more = at->first > 0};
    size_t b_stride;
    t.b = block_of_b(p, at, &b_stride);
    for (at->row = 0; at->row < p->m; at->row += at->rows) {
        at->rows = rows_of_tile(p->tiles, p->m - at->row);
        p->rows(p, at, &t);
        run_rows(p, at, &t, b_stride);
        if (p->done && at->first + at->k == p->k)
            p->done(p, at);
    }
}

void product_run(const struct product *p) {
    size_t piece = block_k(p);
    struct product_block at;
    for (at.column = 0; at.column < p->n; at.column += p->columns) {
        at.columns = least(p->n - at.column, p->columns);
        for (at.first = 0; at.first < p->k; at.first += piece) {
            at.k = least(p->k - at.first, piece);
            run_block(p, &at);
        }
    }
}
