/* xnor_dwconv_w1a1 for windows of 3 x 3 in vectors of bits, a lane a channel: full adders take the differences of the
 * nine taps into four planes (plane j holds bit j of all counts), and bits of output come from comparing planes with
 * planes of limits, without a count in any other form.
 *
 * The file that includes it says by SLICE_BYTES how wide a vector is. Other windows are left to the portable variant,
 * whose packed weights these are. */
#ifndef XNOR_CONV_SLICED_H
#define XNOR_CONV_SLICED_H
#include "../pack/tiles.h"
#include "conv_form.h"
#include <stdbool.h>

#pragma STDC FP_CONTRACT OFF

extern const struct conv_kernel xnor_dwconv_w1a1__portable;

enum { SLICE_TAPS = 9, SLICE_PLANES = 4, SLICE_WORDS = SLICE_BYTES / 8 };
typedef uint64_t slice __attribute__((vector_size(SLICE_BYTES), aligned(8), may_alias));
typedef uint8_t bytes16 __attribute__((vector_size(16)));
#define SLICE_BITS (bytes16){1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128}
typedef int8_t counts16 __attribute__((vector_size(16)));
typedef int32_t sums16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float floats16 __attribute__((vector_size(64), aligned(4), may_alias));

/* A call's state; one row of output pixels at a time. */
struct sliced {
    const struct conv_args *g;
    size_t words, wide;
    uint64_t *plus, *minus, *flip; /* words of pixels outside of the map; flip bits of channels that exist */
    uint64_t *limits;              /* [taps inside][planes][words] */
    int32_t *sums;
    const uint64_t *(*at)[SLICE_TAPS]; /* of each pixel of the row */
    uint8_t *inside, *made;            /* taps inside of the map: of each pixel; for which there are limits */
};

static size_t sliced_words(const struct conv_shape *s) { return (s->c + 63) / 64; }

static size_t sliced_work_bytes(const struct conv_shape *s) {
    if (s->window != 3)
        return xnor_dwconv_w1a1__portable.work_bytes(s);
    size_t words = sliced_words(s), wide = conv_out(s, s->w);
    return words * 8 * (3 + (SLICE_TAPS + 1) * SLICE_PLANES + 32) + wide * (SLICE_TAPS * sizeof(void *) + 1) + 64;
}

static struct sliced sliced_of(const struct conv_args *g) {
    struct sliced s = {.g = g, .words = sliced_words(&g->shape), .wide = conv_out(&g->shape, g->shape.w)};
    s.plus = g->work, s.minus = s.plus + s.words, s.flip = s.minus + s.words;
    s.limits = s.flip + s.words;
    s.sums = (int32_t *)(s.limits + s.words * (SLICE_TAPS + 1) * SLICE_PLANES);
    s.at = (const uint64_t *(*)[SLICE_TAPS])(void *)(s.sums + 64 * s.words);
    s.inside = (uint8_t *)(s.at + s.wide), s.made = s.inside + s.wide;
    return s;
}

/* Where taps are read. One that counts for nothing is compared with itself. */
static __attribute__((cold, noinline)) void sliced_pixel(const struct sliced *s, size_t y, size_t x) {
    const struct conv_args *g = s->g;
    const uint64_t *weights = g->rhs;
    size_t count = 0;
    for (size_t tap = 0; tap < SLICE_TAPS; tap++, weights += s->words) {
        ptrdiff_t from_y = (ptrdiff_t)(y * g->shape.stride + tap / 3) - (ptrdiff_t)g->shape.pad;
        ptrdiff_t from_x = (ptrdiff_t)(x * g->shape.stride + tap % 3) - (ptrdiff_t)g->shape.pad;
        size_t near_y = conv_nearest(from_y, g->shape.h), near_x = conv_nearest(from_x, g->shape.w);
        bool inside = (ptrdiff_t)near_y == from_y && (ptrdiff_t)near_x == from_x;
        count += inside || g->border != BORDER_ZERO;
        s->at[x][tap] = g->border == BORDER_ZERO ? weights : g->border == BORDER_MINUS_ONE ? s->minus : s->plus;
        if (inside || g->border == BORDER_REPLICATE)
            s->at[x][tap] =
                (const uint64_t *)((const uint8_t *)g->input + (near_y * g->shape.w + near_x) * g->input_stride);
    }
    s->inside[x] = (uint8_t)count;
}

/* Pixels whose window lies inside of the map are those before them, further on. */
static __attribute__((noinline)) void sliced_row(const struct sliced *s, size_t y) {
    const struct conv_shape *shape = &s->g->shape;
    size_t step = shape->stride * s->g->input_stride;
    bool high = y * shape->stride >= shape->pad && y * shape->stride + 3 <= shape->h + shape->pad;
    for (size_t x = 0; x < s->wide; x++) {
        bool follows = high && x > 0 && (x - 1) * shape->stride >= shape->pad &&
                       x * shape->stride + 3 <= shape->w + shape->pad;
        if (!follows) {
            sliced_pixel(s, y, x);
            continue;
        }
        for (size_t tap = 0; tap < SLICE_TAPS; tap++)
            s->at[x][tap] = (const uint64_t *)((const uint8_t *)s->at[x - 1][tap] + step);
        s->inside[x] = SLICE_TAPS;
    }
}

/* inside - 2 * differ < threshold, as a limit from which on differ makes it so; channels beyond the last never. */
static __attribute__((cold, noinline)) const uint64_t *sliced_limits(const struct sliced *s, size_t inside) {
    uint64_t *limits = s->limits + inside * SLICE_PLANES * s->words;
    if (s->made[inside])
        return limits;
    s->made[inside] = 1;
    for (size_t o = 0; o < 64 * s->words; o += 64) {
        uint8_t limit[64];
        for (size_t i = 0; i < 64; i++)
            limit[i] = 15;
        for (size_t i = 0; i < 64 && o + i < s->g->shape.n; i++) {
            int32_t threshold = s->g->threshold[o + i];
            threshold = threshold < -20 ? -20 : threshold > 20 ? 20 : threshold;
            int32_t from = (((int32_t)inside - threshold) >> 1) + 1;
            limit[i] = (uint8_t)(from < 0 ? 0 : from > 15 ? 15 : from);
        }
        for (size_t j = 0; j < SLICE_PLANES; j++) {
            uint64_t word = 0;
            for (size_t i = 0; i < 8; i++)
                word |= ((load_u64(limit + 8 * i) >> j & 0x0101010101010101u) * 0x0102040810204080u >> 56) << 8 * i;
            limits[j * s->words + o / 64] = word;
        }
    }
    return limits;
}

/* The same for vectors and, at the end of a pixel, for words. */
#define SLICED(type, name)                                                                                             \
    TILE_INLINE name##_add(type x, type y, type z, type *sum, type *carry) {                                           \
        type half = x ^ y;                                                                                             \
        *sum = half ^ z, *carry = (half & z) | (~half & x);                                                            \
    }                                                                                                                  \
    TILE_INLINE name##_count(const uint64_t *const at[SLICE_TAPS], const type weights[SLICE_TAPS], size_t word,        \
                             type plane[SLICE_PLANES]) {                                                               \
        type d[SLICE_TAPS], sum[3], carry[4], four, rest;                                                              \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < SLICE_TAPS; i++) d[i] =                              \
            *(const type *)(const void *)(at[i] + word) ^ weights[i];                                                  \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < 3; i++)                                              \
            name##_add(d[3 * i], d[3 * i + 1], d[3 * i + 2], &sum[i], &carry[i]);                                      \
        name##_add(sum[0], sum[1], sum[2], &plane[0], &carry[3]);                                                      \
        name##_add(carry[0], carry[1], carry[2], &rest, &four);                                                        \
        plane[1] = rest ^ carry[3], rest &= carry[3];                                                                  \
        plane[2] = four ^ rest, plane[3] = four & rest;                                                                \
    }                                                                                                                  \
    TILE_INLINE name##_load(const uint64_t *from, size_t stride, type *to, size_t count) {                             \
        for (size_t i = 0; i < count; i++)                                                                             \
            to[i] = *(const type *)(const void *)(from + i * stride);                                                  \
    }                                                                                                                  \
    /* bits of a row of pixels */                                                                                      \
    static __attribute__((noinline)) void name##_bits(const struct sliced *s, size_t pixel, size_t word) {             \
        type weights[SLICE_TAPS], limit[SLICE_PLANES] = {0}, flip = *(const type *)(const void *)(s->flip + word);     \
        name##_load((const uint64_t *)s->g->rhs + word, s->words, weights, SLICE_TAPS);                                \
        size_t stride = s->g->bits_stride, inside = SIZE_MAX;                                                          \
        uint8_t *to = (uint8_t *)(s->g->bits + word) + pixel * stride;                                                 \
        for (size_t x = 0; x < s->wide; x++, to += stride) {                                                           \
            type plane[SLICE_PLANES];                                                                                  \
            if (s->inside[x] != inside) {                                                                              \
                inside = s->inside[x];                                                                                 \
                name##_load(sliced_limits(s, inside) + word, s->words, limit, SLICE_PLANES);                           \
            }                                                                                                          \
            name##_count(s->at[x], weights, word, plane);                                                              \
            type least = plane[0] | ~limit[0];                                                                         \
            _Pragma("clang loop unroll(full)") for (size_t j = 1; j < SLICE_PLANES; j++) {                             \
                type other = plane[j] ^ limit[j];                                                                      \
                least = (other & plane[j]) | (~other & least);                                                         \
            }                                                                                                          \
            *(type *)(void *)to = least ^ flip;                                                                        \
        }                                                                                                              \
    }                                                                                                                  \
    /* planes of a pixel, of each word one after the other */                                                          \
    static __attribute__((noinline)) void name##_planes(const struct sliced *s, size_t x, size_t word,                 \
                                     uint64_t planes[SLICE_PLANES][SLICE_WORDS]) {                                     \
        type weights[SLICE_TAPS], plane[SLICE_PLANES];                                                                 \
        name##_load((const uint64_t *)s->g->rhs + word, s->words, weights, SLICE_TAPS);                                \
        name##_count(s->at[x], weights, word, plane);                                                                  \
        for (size_t j = 0; j < SLICE_PLANES; j++)                                                                      \
            memcpy(planes[j], &plane[j], sizeof(type));                                                                \
    }
SLICED(slice, slice)
SLICED(uint64_t, word)

/* Sums of 16 channels, which begin at bit `first` of the planes: each gets the byte that holds its bit. */
static inline sums16 sliced_sums(const uint64_t planes[SLICE_PLANES][SLICE_WORDS], size_t first, size_t inside) {
    counts16 less = {0}; /* than 0, by the count */
#pragma clang loop unroll(full)
    for (size_t j = SLICE_PLANES; j-- > 0;) {
        uint64_t two = planes[j][first / 64] >> first % 64;
        const uint64_t both[2] = {(two & 0xff) * 0x0101010101010101u, (two >> 8 & 0xff) * 0x0101010101010101u};
        bytes16 bytes;
        memcpy(&bytes, both, sizeof bytes);
        less = less + less + (counts16)((bytes & SLICE_BITS) != 0);
    }
    return __builtin_convertvector(less + less + (int8_t)inside, sums16);
}

/* NEON of 32-bit ARM takes denormals for 0. */
#if defined(__arm__)
#include "conv_finish.h"
#define FINISH conv_finish
enum { SLICE_FLOATS = false };
#else
#define FINISH xnor_conv_finish
enum { SLICE_FLOATS = true };
#endif

static inline void sliced_floats(const struct conv_args *g, size_t pixel, size_t o, sums16 sums) {
    floats16 y = __builtin_convertvector(sums, floats16);
    y *= *(const floats16 *)(const void *)(g->scale + o);
    y += *(const floats16 *)(const void *)(g->bias + o);
    if (g->shortcut)
        y += *(const floats16 *)(const void *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride + 4 * o);
    *(floats16 *)(void *)((uint8_t *)g->out + pixel * g->out_stride + 4 * o) = y;
    if (g->epilogue != EPILOGUE_FLOAT_BITS)
        return;
    bytes16 below = (bytes16)__builtin_convertvector((sums16)(y < 0), counts16) & SLICE_BITS;
    uint64_t flags[2];
    memcpy(flags, &below, sizeof flags);
    uint8_t *bits = (uint8_t *)g->bits + pixel * g->bits_stride + o / 8;
    if (o % 64 == 0)
        memset(bits, 0, 8);
    bits[0] = (uint8_t)(flags[0] * 0x0101010101010101u >> 56);
    bits[1] = (uint8_t)(flags[1] * 0x0101010101010101u >> 56);
}

static __attribute__((noinline)) void sliced_finish(const struct sliced *s, size_t pixel, size_t x) {
    const struct conv_args *g = s->g;
    bool floats = SLICE_FLOATS && g->epilogue != EPILOGUE_SUMS && g->shape.n % 16 == 0;
    uint64_t planes[SLICE_PLANES][SLICE_WORDS];
    for (size_t word = 0, count; word < s->words; word += count) {
        count = s->words - word < SLICE_WORDS ? 1 : SLICE_WORDS;
        if (count == SLICE_WORDS)
            slice_planes(s, x, word, planes);
        else
            word_planes(s, x, word, planes);
        size_t left = floats ? g->shape.n - 64 * word : 64 * count;
        left = left < 64 * count ? left : 64 * count;
#pragma clang loop unroll(disable)
        for (size_t i = 0; i < left; i += 16) {
            sums16 sums = sliced_sums(planes, i, s->inside[x]);
            if (floats)
                sliced_floats(g, pixel, 64 * word + i, sums);
            else
                *(sums16 *)(void *)(s->sums + 64 * word + i) = sums;
        }
    }
    if (!floats)
        FINISH(g, pixel, s->sums);
}

static __attribute__((cold)) void sliced_run(const struct conv_args *g) {
    if (g->shape.window != 3) {
        xnor_dwconv_w1a1__portable.run(g);
        return;
    }
    struct sliced s = sliced_of(g);
    memset(s.plus, 0, 8 * s.words);
    memset(s.minus, 0xff, 8 * s.words);
    memset(s.made, 0, SLICE_TAPS + 1);
    for (size_t i = 0; i < s.words && g->epilogue == EPILOGUE_BITS; i++)
        s.flip[i] = g->flip[i] & (g->shape.n - 64 * i < 64 ? ((uint64_t)1 << (g->shape.n - 64 * i)) - 1 : ~(uint64_t)0);
    for (size_t y = g->row, pixel = conv_first(g); y < g->row + g->rows; y++, pixel += s.wide) {
        sliced_row(&s, y);
        size_t word = 0;
        if (g->epilogue == EPILOGUE_BITS) {
            for (; word + SLICE_WORDS <= s.words; word += SLICE_WORDS)
                slice_bits(&s, pixel, word);
            for (; word < s.words; word++)
                word_bits(&s, pixel, word);
        } else {
            for (size_t x = 0; x < s.wide; x++)
                sliced_finish(&s, pixel + x, x);
        }
    }
}

static size_t sliced_rhs_bytes(const struct conv_shape *s) { return xnor_dwconv_w1a1__portable.rhs_bytes(s); }
static void sliced_pack(void *rhs, const struct conv_weights *w) { xnor_dwconv_w1a1__portable.pack_rhs(rhs, w); }
#endif
