/* The bodies of net_vectors, for one instruction set: no intrinsics, but loops that a compiler makes vectors of.
 *
 * Every operation is rounded by itself. Rows are bytes and are read and written through types that may alias, since
 * sums become floats where they lie. */
#include <string.h>

#include "vectors.h"
#pragma STDC FP_CONTRACT OFF

typedef float __attribute__((may_alias)) any_float;
typedef int32_t __attribute__((may_alias)) any_int;
typedef uint32_t __attribute__((may_alias)) any_word;

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
    int32_t tail = f->tail;
    size_t n = f->n;
    EACH for (size_t o = 0; o < n; o++) {
        float y = floats ? ((const any_float *)z)[o] : (float)(((const any_int *)z)[o] - tail);
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

FLAT finish_all(const struct finish_rows *f, uint8_t *to, size_t stride, bool narrow) {
    for (size_t row = 0; row < f->rows; row++, to += stride) {
        if (f->floats && f->shortcut)
            finish_row(f, row, to, true, true, narrow);
        else if (f->floats)
            finish_row(f, row, to, true, false, narrow);
        else if (f->shortcut)
            finish_row(f, row, to, false, true, narrow);
        else
            finish_row(f, row, to, false, false, narrow);
    }
}

static void floats(const struct finish_rows *f, uint8_t *out, size_t stride) { finish_all(f, out, stride, false); }
static void bytes(const struct finish_rows *f, uint8_t *out, size_t stride) { finish_all(f, out, stride, true); }

static inline float float_of(uint32_t word) {
    union {
        uint32_t u;
        float f;
    } value = {word};
    return value.f;
}

static inline uint32_t word_of(float value) {
    union {
        float f;
        uint32_t u;
    } word = {value};
    return word.u;
}

/* Halves below 2^-14 come out right since the sum with 0.5 is rounded where their last bit is. */
static void to_halves(uint16_t *out, const float *from, size_t n) {
    EACH for (size_t i = 0; i < n; i++) {
        uint32_t word = word_of(from[i]), sign = word >> 16 & 0x8000, x = word & 0x7fffffff;
        uint32_t small = word_of(float_of(x) + 0.5f) - 0x3f000000;
        uint32_t usual = (x - 0x38000000 + 0xfff + (x >> 13 & 1)) >> 13;
        uint32_t large = x > 0x7f800000 ? 0x7e00 : 0x7c00;
        uint32_t half = x < 0x38800000 ? small : x < 0x47800000 ? usual : large;
        out[i] = (uint16_t)(half | sign);
    }
}

static inline float half_value(uint32_t half) {
    uint32_t x = (half & 0x7fff) << 13;
    float y = float_of(x) * float_of(0x77800000); /* 2^112: what the exponents differ by */
    uint32_t word = x >= 0x0f800000 ? x | 0x7f800000 : word_of(y);
    return float_of(word | (half & 0x8000) << 16);
}

static void from_halves(float *out, const uint16_t *from, size_t n) {
    EACH for (size_t i = 0; i < n; i++)
        out[i] = half_value(from[i]);
}

static void from_bytes(int32_t *out, const int8_t *from, size_t n) {
    EACH for (size_t i = 0; i < n; i++)
        out[i] = from[i];
}

static void scaled_bytes(float *out, const int8_t *from, float scale, size_t n) {
    EACH for (size_t i = 0; i < n; i++)
        out[i] = (float)from[i] * scale;
}

/* Calls `statement` for every pixel of a window but the first, with `from` at it. */
#define PIXELS(w, statement) \
    for (size_t row_ = 0; row_ < (w)->high; row_++) \
        for (size_t column_ = row_ == 0; column_ < (w)->wide; column_++) { \
            const uint8_t *from = (w)->at + row_ * (w)->line + column_ * (w)->pixel; \
            statement; \
        }

FLAT larger_floats(float *out, const any_float *from, size_t n) {
    EACH for (size_t o = 0; o < n; o++)
        out[o] = from[o] > out[o] ? from[o] : out[o];
}

FLAT larger_bytes(int8_t *out, const int8_t *from, size_t n) {
    EACH for (size_t o = 0; o < n; o++)
        out[o] = from[o] > out[o] ? from[o] : out[o];
}

FLAT larger_halves(uint16_t *out, const uint16_t *from, size_t n) {
    EACH for (size_t o = 0; o < n; o++)
        out[o] = half_value(from[o]) > half_value(out[o]) ? from[o] : out[o];
}

static void max_floats(float *out, const struct pool_window *w, size_t n) {
    memcpy(out, w->at, 4 * n);
    PIXELS(w, larger_floats(out, (const any_float *)from, n))
}

static void max_bytes(int8_t *out, const struct pool_window *w, size_t n) {
    memcpy(out, w->at, n);
    PIXELS(w, larger_bytes(out, (const int8_t *)from, n))
}

static void max_halves(uint16_t *out, const struct pool_window *w, size_t n) {
    memcpy(out, w->at, 2 * n);
    PIXELS(w, larger_halves(out, (const uint16_t *)from, n))
}

FLAT add_floats(float *out, const any_float *from, size_t n) {
    EACH for (size_t o = 0; o < n; o++)
        out[o] = out[o] + from[o];
}

/* Whole numbers below 2^24 are exact as floats. */
FLAT add_bytes(float *out, const int8_t *from, size_t n) {
    EACH for (size_t o = 0; o < n; o++)
        out[o] = out[o] + (float)from[o];
}

FLAT divide(float *out, float by, size_t n) {
    EACH for (size_t o = 0; o < n; o++)
        out[o] = out[o] / by;
}

static void mean_floats(float *out, const struct pool_window *w, float by, size_t n) {
    memset(out, 0, 4 * n);
    add_floats(out, (const any_float *)w->at, n);
    PIXELS(w, add_floats(out, (const any_float *)from, n))
    divide(out, by, n);
}

static void mean_bytes(float *out, const struct pool_window *w, float by, size_t n) {
    memset(out, 0, 4 * n);
    add_bytes(out, (const int8_t *)w->at, n);
    PIXELS(w, add_bytes(out, (const int8_t *)from, n))
    divide(out, by, n);
}

#define NET_VECTORS \
    {floats, bytes, to_halves, from_halves, from_bytes, scaled_bytes, max_floats, max_bytes, max_halves, mean_floats, \
     mean_bytes}
