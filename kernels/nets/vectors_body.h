/* The bodies of net_vectors, for one instruction set: no intrinsics, but loops that a compiler makes vectors of.
 *
 * Every operation is rounded by itself. Rows are bytes and are read and written through types that may alias, since
 * sums become floats where they lie. */
#include <string.h>

#include "vectors.h"
#pragma STDC FP_CONTRACT OFF

typedef float __attribute__((may_alias)) any_float;
typedef int32_t __attribute__((may_alias)) any_int;

/* Loops whose elements do not depend on each other: an output is the same element of an input, or memory of its own. */
#define EACH _Pragma("clang loop vectorize(assume_safety) interleave(disable)")
#define FLAT static inline __attribute__((always_inline)) void

/* 1.5 x 2^23: added to a number below 2^22 it leaves the nearest integer, half to even, in the low bits. */
#define TO_INTEGER 12582912.0f

FLAT finish_row(const struct finish_rows *f, size_t row, uint8_t *to, bool floats, bool adds, bool narrow) {
    const uint8_t *z = f->z + row * f->z_stride;
    const any_float *scale = f->scale, *bias = f->bias;
    const any_float *other = adds ? (const any_float *)(f->shortcut + row * f->shortcut_stride) : NULL;
    float low = f->low, high = f->high;
    size_t n = f->n;
    EACH for (size_t o = 0; o < n; o++) {
        float y = floats ? ((const any_float *)z)[o] : (float)((const any_int *)z)[o];
        y = y * scale[o];
        y = y + bias[o];
        if (adds)
            y = y + other[o];
        y = y < low ? low : y;
        y = y > high ? high : y;
        if (narrow) {
            union {
                float f;
                uint32_t u;
            } word = {y + TO_INTEGER};
            to[o] = (uint8_t)word.u;
        } else {
            ((any_float *)to)[o] = y;
        }
    }
}

/* Each loop costs room for each instruction set: where there is no shortcut, all but the most usual kind of row adds
 * numbers that change nothing. */
static void floats(const struct finish_rows *f, uint8_t *out, size_t stride) {
    for (size_t row = 0; row < f->rows; row++, out += stride)
        if (f->floats)
            finish_row(f, row, out, true, true, false);
        else
            finish_row(f, row, out, false, true, false);
}

static void bytes(const struct finish_rows *f, uint8_t *out, size_t stride) {
    for (size_t row = 0; row < f->rows; row++, out += stride)
        if (f->floats)
            finish_row(f, row, out, true, true, true);
        else if (f->shortcut_stride)
            finish_row(f, row, out, false, true, true);
        else
            finish_row(f, row, out, false, false, true);
}

static void from_bytes(int32_t *out, const int8_t *from, size_t n) {
    EACH for (size_t i = 0; i < n; i++)
        out[i] = from[i];
}

static void scaled_bytes(float *out, const int8_t *from, float scale, size_t n) {
    EACH for (size_t i = 0; i < n; i++)
        out[i] = (float)from[i] * scale;
}

/* Pixels of a window as rows of one loop: what is the largest or the sum so far never leaves its register. */
#define POOL(name, type, held, count, start, step) \
    static void name(void *out_, const void *const *at, size_t n) { \
        type *out = out_; \
        const type *p[count]; \
        for (size_t i = 0; i < count; i++) \
            p[i] = at[i]; \
        EACH for (size_t o = 0; o < n; o++) { \
            held best = start; \
            _Pragma("clang loop unroll(full)") for (size_t i = 0; i < count; i++) step; \
            out[o] = (type)best; \
        } \
    }

POOL(max_floats, any_float, float, POOL_MAX, p[0][o], best = p[i][o] > best ? p[i][o] : best)
POOL(max_bytes, int8_t, int8_t, POOL_MAX, p[0][o], best = p[i][o] > best ? p[i][o] : best)

static void add_floats(float *out, const void *const *at, size_t n) {
    const any_float *a = at[0], *b = at[1], *c = at[2], *d = at[3];
    EACH for (size_t o = 0; o < n; o++) {
        float sum = out[o] + a[o];
        sum = sum + b[o];
        sum = sum + c[o];
        out[o] = sum + d[o];
    }
}

/* Whole numbers below 2^24 are exact as floats. */
static void add_bytes(float *out, const void *const *at, size_t n) {
    const int8_t *a = at[0], *b = at[1], *c = at[2], *d = at[3];
    EACH for (size_t o = 0; o < n; o++)
        out[o] = out[o] + (float)(a[o] + b[o] + c[o] + d[o]);
}

static void divide(float *out, float by, size_t n) {
    EACH for (size_t o = 0; o < n; o++)
        out[o] = out[o] / by;
}

FLAT copy_lines(const struct window_run *r, size_t most, size_t piece) {
    size_t whole = most ? most : (r->line + piece - 1) / piece * piece;
    uint8_t *row = r->to;
    const uint8_t *window = r->from;
    for (size_t i = 0; i < r->count; i++, row += r->row, window += r->step) {
        uint8_t *to = row;
        const uint8_t *from = window;
        for (size_t line = 0; line < r->lines; line++, to += r->line, from += r->below)
            _Pragma("clang loop vectorize(disable) unroll(disable)") for (size_t b = 0; b < whole; b += piece)
                memcpy(to + b, from + b, piece);
    }
}

static void copy_windows(const struct window_run *r) {
    if (r->line <= 16)
        copy_lines(r, 16, 16);
    else if (r->line <= 32)
        copy_lines(r, 32, 32);
    else if (r->line <= 64)
        copy_lines(r, 64, 64);
    else
        copy_lines(r, 0, 64);
}

#define NET_VECTORS \
    {floats, bytes, from_bytes, scaled_bytes, max_floats, max_bytes, add_floats, add_bytes, divide, copy_windows}
