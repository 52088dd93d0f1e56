/* The register tiles of one instruction set. Who includes this has included its vectors, lanes_*.h. */
#ifndef PACK_FLOAT_TILE_H
#define PACK_FLOAT_TILE_H
#include "product.h"

enum { NR = NV * LANES };
_Static_assert(MR * NR <= PRODUCT_MAX_TILE && PRODUCT_COLUMNS % NR == 0 && COLUMNS % NR == 0, "a tile fits the walk");
#define TILE_BODY static inline __attribute__((always_inline)) void

TILE_BODY tile_step(vec sum[MR][NV], const uint8_t *a, size_t stride, const float *b, size_t mr, size_t nv) {
    vec column[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < nv; j++)
        column[j] = vec_load(b + j * LANES);
    for (size_t i = 0; AHEAD > 0 && i < NR; i += PRODUCT_LINE)
        __builtin_prefetch(b + AHEAD * NR + i);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        vec row = vec_all(*(const float *)(a + r * stride));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < nv; j++)
            sum[r][j] = vec_fma(row, column[j], sum[r][j]);
    }
}

/* K is never 0. */
TILE_BODY tile_body(const struct float_tile *t, size_t mr, size_t nv) {
    vec sum[MR][NV];
    const uint8_t *a = t->a, *ahead = t->ahead;
    const float *b = t->b;
    const size_t turn = mr > 2 ? STEPS : 1; /* a small tile waits for its loads anyway */
    size_t left = t->k;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < nv; j++)
            sum[r][j] = vec_zero();
    do {
        size_t steps = left < PRODUCT_LINE ? left : PRODUCT_LINE;
        left -= steps;
        for (size_t i = 0; i < MR; i++)
            __builtin_prefetch(ahead + i * t->ahead_stride, 0, 2);
        ahead += t->ahead_step;
#pragma clang loop unroll(disable)
        for (; turn > 1 && steps >= turn; steps -= turn, a += 4 * turn, b += turn * NR)
#pragma clang loop unroll(full)
            for (size_t i = 0; i < turn; i++)
                tile_step(sum, a + 4 * i, t->a_stride, b + i * NR, mr, nv);
        if (turn == 1 || steps > 0)
#pragma clang loop unroll(disable)
            do {
                tile_step(sum, a, t->a_stride, b, mr, nv);
                a += 4, b += NR;
            } while (--steps > 0);
    } while (left > 0);
    float *c = t->c;
    const size_t c_stride = t->c_stride;
    if (t->more)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < nv; j++)
                sum[r][j] = vec_add(sum[r][j], vec_load(c + r * c_stride + j * LANES));
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < nv; j++)
            vec_store(c + r * c_stride + j * LANES, sum[r][j]);
}

#if !defined(TILE_COPY)
#define TILE_COPY tile_copy
static void tile_copy(float *to, const float *from, size_t count) {
#pragma clang loop unroll(disable)
    for (; count > LANES; count -= LANES, to += LANES, from += LANES)
        vec_store(to, vec_load(from));
    vec_store(to + count - LANES, vec_load(from + count - LANES)); /* again some of the last ones */
}

#define TILE_FINISH tile_finish
static void tile_finish(float *c, const float *scale, const float *bias, const float *shortcut, size_t count) {
#pragma STDC FP_CONTRACT OFF
    size_t i = 0;
#pragma clang loop unroll(disable)
    for (; count - i >= LANES; i += LANES) {
        vec y = vec_add(vec_mul(vec_load(c + i), vec_load(scale + i)), vec_load(bias + i));
        vec_store(c + i, shortcut ? vec_add(y, vec_load(shortcut + i)) : y);
    }
#pragma clang loop vectorize(disable) unroll(disable)
    for (; i < count; i++) {
        c[i] = c[i] * scale[i] + bias[i];
        c[i] = shortcut ? c[i] + shortcut[i] : c[i];
    }
}
#endif

#define TILE_OF(rows)                                                                                                  \
    static void tile_##rows(const struct float_tile *t) { tile_body(t, rows, NV); }
TILE_ROWS(TILE_OF)
/* Of the largest tile only, where that is wide enough. */
#if defined(TILE_HALF)
static void tile_half(const struct float_tile *t) { tile_body(t, MR, NV / 2); }
#else
#define tile_half NULL
#endif
#define TILE_ENTRY(rows) {rows, tile_##rows, (rows) == MR ? tile_half : NULL},
static const struct float_tile_size tile_sizes[] = {TILE_ROWS(TILE_ENTRY)};
#define FLOAT_TILES {MR, NR, BLOCK_BYTES, COLUMNS, CROWDED, tile_sizes, TILE_COPY, TILE_FINISH}
#endif
