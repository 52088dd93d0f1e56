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

/* One number from a sum, or from a float; `adds`: of a shortcut. */
static inline __attribute__((always_inline)) float finished(const struct finish_rows *f, size_t o, const uint8_t *z,
                                                            const uint8_t *shortcut, bool floats, bool adds,
                                                            const float *scale, const float *bias) {
    float y = floats ? ((const any_float *)z)[o] : (float)((const any_int *)z)[o];
    y = y * scale[o];
    y = y + bias[o];
    if (adds)
        y = y + ((const any_float *)shortcut)[o];
    y = y < f->low ? f->low : y;
    return y > f->high ? f->high : y;
}

FLAT put(uint8_t *out, size_t o, float y, bool narrow) {
    union {
        float f;
        uint32_t u;
    } word = {y + TO_INTEGER};
    if (narrow)
        out[o] = (uint8_t)word.u;
    else
        ((any_float *)out)[o] = y;
}

/* SOME channels of all rows: their numbers stay in registers. */
FLAT finish_some(struct finish_rows f, uint8_t *out, size_t stride, bool floats, bool adds, bool narrow) {
    float scale[SOME], bias[SOME];
    for (size_t o = 0; o < SOME; o++)
        scale[o] = f.scale[o], bias[o] = f.bias[o];
    _Pragma("clang loop unroll(disable)") for (size_t left = f.rows; left > 0; left--) {
        EACH for (size_t o = 0; o < SOME; o++)
            put(out, o, finished(&f, o, f.z, f.shortcut, floats, adds, scale, bias), narrow);
        f.z += f.z_stride, f.shortcut += f.shortcut_stride, out += stride;
    }
}

/* What is left of the channels; a row that adds nothing adds numbers that change nothing. */
static void finish_rest(struct finish_rows f, uint8_t *out, size_t stride, bool narrow) {
    for (size_t left = f.rows; left > 0; left--) {
        _Pragma("clang loop vectorize(disable)") for (size_t o = 0; o < f.n; o++)
            put(out, o, finished(&f, o, f.z, f.shortcut, f.floats, true, f.scale, f.bias), narrow);
        f.z += f.z_stride, f.shortcut += f.shortcut_stride, out += stride;
    }
}

FLAT finish_all(const struct finish_rows *all, uint8_t *out, size_t stride, bool floats, bool adds, bool narrow) {
    struct finish_rows f = *all;
    for (; f.n >= SOME; f.n -= SOME) {
        finish_some(f, out, stride, floats, adds, narrow);
        f.z += 4 * SOME, f.shortcut += 4 * SOME, f.scale += SOME, f.bias += SOME;
        out += SOME * (narrow ? 1 : 4);
    }
    finish_rest(f, out, stride, narrow);
}

/* Each loop costs room for each instruction set: where there is no shortcut, all but the most usual kind of row adds
 * numbers that change nothing. */
static void floats(const struct finish_rows *f, uint8_t *out, size_t stride) {
    if (f->floats)
        finish_all(f, out, stride, true, true, false);
    else
        finish_all(f, out, stride, false, true, false);
}

static void bytes(const struct finish_rows *f, uint8_t *out, size_t stride) {
    if (f->floats)
        finish_all(f, out, stride, true, true, true);
    else if (f->shortcut_stride)
        finish_all(f, out, stride, false, true, true);
    else
        finish_all(f, out, stride, false, false, true);
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
