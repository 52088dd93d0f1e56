/* The register tile of all float products. Who includes this has included the vectors of its instruction set. */
#ifndef FLOAT_TILE_H
#define FLOAT_TILE_H
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { NR = NV * LANES, LINE = 16 }; /* floats in a line of a cache */

struct tile {
    const uint8_t *a; /* rows of floats */
    size_t a_stride;
    const float *b; /* [k][NR] */
    float *c;
    size_t c_stride; /* floats */
    size_t k;
    bool more; /* add to what C holds */
    /* Memory that is wanted soon: every LINE steps a line from each of MR places `ahead_stride` bytes apart, then
     * `ahead_step` bytes further. */
    const uint8_t *ahead;
    size_t ahead_stride, ahead_step;
};
typedef void tile_fn(const struct tile *t);
#define TILE_BODY static inline __attribute__((always_inline)) void

TILE_BODY tile_step(vec sum[MR][NV], const uint8_t *a, size_t stride, const float *b, size_t mr) {
    vec column[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        column[j] = vec_load(b + j * LANES);
    for (size_t i = 0; AHEAD > 0 && i < NR; i += LINE)
        __builtin_prefetch(b + AHEAD * NR + i);
    for (size_t r = 0; r < mr; r++) {
        vec row = vec_all(*(const float *)(a + r * stride));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vec_fma(row, column[j], sum[r][j]);
    }
}

TILE_BODY tile_body(const struct tile *t, size_t mr) {
    vec sum[MR][NV];
    const uint8_t *a = t->a, *ahead = t->ahead;
    const float *b = t->b;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vec_zero();
    for (size_t left = t->k; left > 0; ahead += t->ahead_step) {
        size_t steps = left < LINE ? left : LINE;
        left -= steps;
        for (size_t i = 0; i < MR; i++)
            __builtin_prefetch(ahead + i * t->ahead_stride, 0, 2);
        for (; steps > 0; steps--, a += 4, b += NR)
            tile_step(sum, a, t->a_stride, b, mr);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            float *c = t->c + r * t->c_stride + j * LANES;
            vec_store(c, t->more ? vec_add(sum[r][j], vec_load(c)) : sum[r][j]);
        }
}

#define TILE_OF(rows)                                                                                                  \
    static void tile_##rows(const struct tile *t) { tile_body(t, rows); }
TILE_ROWS(TILE_OF)

struct tile_size {
    size_t rows;
    tile_fn *run;
};
#define TILE_ENTRY(rows) {rows, tile_##rows},
static const struct tile_size tile_sizes[] = {TILE_ROWS(TILE_ENTRY)};

/* The smallest tile that holds so many rows. */
static inline const struct tile_size *tile_size(size_t rows) {
    const struct tile_size *size = tile_sizes;
    while (size->rows < rows)
        size++;
    return size;
}

/* A tile that hangs over an edge of C: only what lies inside is read and written. */
static inline void tile_edge(const struct tile *t, tile_fn *body, size_t rows, size_t columns) {
    alignas(64) float edge[MR * NR];
    struct tile inner = *t;
    inner.c = edge;
    inner.c_stride = NR;
    inner.more = false;
    body(&inner);
    for (size_t r = 0; r < rows; r++) {
        float *c = t->c + r * t->c_stride, *from = edge + r * NR;
        for (size_t i = 0; t->more && i < columns; i++)
            from[i] += c[i];
        memcpy(c, from, columns * 4);
    }
}
#endif
