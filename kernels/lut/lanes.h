/* What the walk over blocks of rows asks of its vectors: rows of A into lanes, sums out of them. */
#ifndef LUT_LANES_H
#define LUT_LANES_H
#include "../pack/tiles.h"
#include "codes.h"
#include <stdbool.h>

enum { LANES = VECTOR_BYTES / 2, HALF = LANES / 2 };

struct lanes_rows {
    const int8_t *a;
    size_t stride, count;
};
struct lanes_result {
    uint8_t *c;
    size_t stride, rows, columns;
};

#if VECTOR_BYTES == 8
/* Four sums in a general register. They are added as one number: a negative sum borrows from its neighbour above,
 * and taking the sums out from below gives it back. */
typedef uint64_t vec;

static inline void lanes_widen(int32_t *wide, vec v, int plane) {
    for (int i = 0; i < LANES; i++) {
        int16_t sum = (int16_t)v;
        v = (v - (vec)(int64_t)sum) >> 16;
        wide[i] += sum * (1 << plane);
    }
}

static __attribute__((noinline)) void lanes_load(vec *a, const struct lanes_rows *rows, size_t k, size_t from, size_t count) {
    memset(a, 0, count * sizeof *a);
    for (size_t row = 0; row < rows->count; row++)
        for (size_t i = 0; i < count && from + i < k; i++)
            a[i] += (vec)(int64_t)rows->a[row * rows->stride + from + i] << 16 * row;
}
#else
typedef int16_t vec __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef int32_t half_vec __attribute__((vector_size(VECTOR_BYTES), may_alias));

/* Rows r and r + HALF share the 32-bit lane r: both halves widen without a shuffle. */
static inline void lanes_widen(int32_t *wide, vec v, int plane) {
    half_vec *halves = (half_vec *)wide, pairs = (half_vec)v;
    halves[0] += ((pairs << 16) >> 16) << plane;
    halves[1] += (pairs >> 16) << plane;
}
#if VECTOR_BYTES < 64
static __attribute__((noinline)) void lanes_load(vec *a, const struct lanes_rows *rows, size_t k, size_t from, size_t count) {
    memset(a, 0, count * sizeof *a);
    for (size_t row = 0; row < rows->count; row++) {
        const int8_t *in = rows->a + row * rows->stride + from;
        int16_t *out = (int16_t *)a + row % HALF * 2 + row / HALF;
#pragma clang loop vectorize(disable)
        for (size_t i = 0; i < count && from + i < k; i++)
            out[i * LANES] = in[i];
    }
}
#endif
#endif

#if VECTOR_BYTES < 64
enum { LANES_STORE = 4 };

static __attribute__((noinline)) void lanes_store(const struct lanes_result *to, const int32_t *wide, const struct codes *codes,
                               const int32_t *row_sums) {
    for (size_t row = 0; row < to->rows; row++) {
        int32_t *c = (int32_t *)(to->c + row * to->stride);
#pragma clang loop vectorize(disable)
        for (size_t n = 0; n < to->columns; n++)
            c[n] = codes_dot(codes, wide[n * LANES + row], row_sums[row]);
    }
}
#endif
#endif
