/* The walk over tiles: blocks of B outside, rows of A inside, so that a block of B stays in the second cache until
 * the last rows have passed by, and MR rows of A in the first until the last columns have.
 *
 * Elements of 2 bytes become floats once per block, in `work`; the packed B keeps its 2 bytes. */
#ifndef FLOAT_PRODUCT_H
#define FLOAT_PRODUCT_H
#include "../pack/panel.h"
#include "tile.h"

enum { COLUMNS = 512 }; /* of a block */

struct product {
    size_t m, n, k;
    const uint8_t *rhs;
    float *c;
    size_t c_stride; /* floats */
    float *work;
    const void *source; /* of rows and done */
};

/* What a walk is about just now. */
struct block {
    size_t row, rows, column, columns, first, k; /* `first`: of K */
};

/* Sets t->a and t->a_stride to the block's rows as floats, and next to where the rows after them are read from. The
 * tile reads as many rows as tile_size says. */
struct next {
    const uint8_t *at;
    size_t stride;
};
typedef void rows_fn(const struct product *p, const struct block *at, struct tile *t, struct next *next);
/* What becomes of finished sums; NULL = nothing. */
typedef void done_fn(const struct product *p, const struct block *at);

static inline size_t product_columns(size_t n) { return n < COLUMNS ? (n + NR - 1) / NR * NR : COLUMNS; }

/* K of a block: long for few columns, so that rows of A are read in long runs. */
static inline size_t product_piece(size_t n, size_t k) {
    size_t most = BLOCK_BYTES / 4 / product_columns(n), pieces = (k + most - 1) / most;
    return (k + pieces - 1) / pieces;
}
/* Floats between copied rows: a line more than whole lines, else rows of 2^n bytes would share a cache set. */
static inline size_t product_stride(size_t k) { return (k + LINE - 1) / LINE * LINE + LINE; }

static inline size_t product_floats_of_a(size_t n, size_t k) { return MR * product_stride(product_piece(n, k)); }
static inline size_t product_work(size_t n, size_t k) {
    size_t of_b = FORM_BYTES == 4 ? 0 : product_columns(n) * product_piece(n, k);
    return (product_floats_of_a(n, k) + of_b) * 4;
}

/* The block of B as floats; *stride = floats between its panels. */
static inline const float *product_b(const struct product *p, const struct block *at, size_t *stride) {
    const uint8_t *b = p->rhs + (at->column * p->k + at->first * NR) * FORM_BYTES;
    *stride = NR * p->k;
    if (FORM_BYTES == 4)
        return (const float *)b;
    float *floats = p->work + product_floats_of_a(p->n, p->k), *to = floats;
    *stride = NR * at->k;
    for (size_t n = 0; n < at->columns; n += NR, to += NR * at->k, b += NR * p->k * FORM_BYTES)
        form_floats(to, b, NR * at->k);
    return floats;
}

/* Bring the next block of B while the first rows are at work, then the rows that come next. */
static inline void product_ahead(struct tile *t, size_t tiles, const struct next *next) {
    size_t done = tiles * MR * (t->k / LINE) * 64, whole = NR * 4 * t->k;
    bool b = FORM_BYTES == 4 && tiles > 0 && done < whole;
    t->ahead = b ? (const uint8_t *)t->b + whole + done : next->at;
    t->ahead_stride = b ? 64 : next->stride;
    t->ahead_step = b ? MR * 64 : LINE * FORM_BYTES;
}

static inline void product_rows(const struct product *p, const struct block *at, struct tile *t,
                                const struct next *next, size_t b_stride) {
    const struct tile_size *size = tile_size(at->rows);
    const float *b = t->b;
    t->c = p->c + at->row * p->c_stride + at->column;
    for (size_t n = 0; n < at->columns; n += NR, t->b += b_stride, t->c += NR) {
        product_ahead(t, at->row / MR, next);
        if (size->rows == at->rows && at->columns - n >= NR)
            size->run(t);
        else
            tile_edge(t, size->run, at->rows, at->columns - n < NR ? at->columns - n : NR);
    }
    t->b = b;
}

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

TILE_BODY product_run(const struct product *p, rows_fn *bring, done_fn *done) {
    size_t piece = product_piece(p->n, p->k), b_stride;
    struct block at;
    for (at.column = 0; at.column < p->n; at.column += COLUMNS) {
        at.columns = least(p->n - at.column, COLUMNS);
        for (at.first = 0; at.first < p->k; at.first += piece) {
            at.k = least(p->k - at.first, piece);
            struct tile t = {.c_stride = p->c_stride, .k = at.k, .more = at.first > 0};
            t.b = product_b(p, &at, &b_stride);
            for (at.row = 0; at.row < p->m; at.row += MR) {
                struct next next;
                at.rows = least(p->m - at.row, MR);
                bring(p, &at, &t, &next);
                product_rows(p, &at, &t, &next, b_stride);
                if (done && at.first + at.k == p->k)
                    done(p, &at);
            }
        }
    }
}
#endif
