/* Convolutions as products: the windows of a block of output pixels become rows, and sums are finished while they are
 * near. A row is its planes, each the taps in reading order, every tap from a new word on. Groups are products of their
 * own, with their channels moved to bit 0. */
#include "body.h"
#pragma STDC FP_CONTRACT OFF

enum { BLOCK = 64 };

static size_t up64(size_t bytes) { return (bytes + 63) / 64 * 64; }
static size_t taps_of(const struct conv_shape *s) { return s->window * s->window; }
static size_t tap_bytes(const struct conv_shape *s) { return bits_row_bytes(s->c / s->groups); }
static size_t row_bits(const struct conv_shape *s) { return 8 * taps_of(s) * tap_bytes(s); }

static size_t group_rhs(const struct bitserial_body *body, struct bitserial_bits bits, const struct conv_shape *s) {
    return up64(bitserial_rhs_bytes(body, bits, s->n / s->groups, row_bits(s)));
}

size_t bitserial_conv_rhs_bytes(const struct bitserial_body *body, struct bitserial_bits bits,
                                const struct conv_shape *s) {
    return s->groups * group_rhs(body, bits, s);
}

/* Sums, then rows, then the scratch of the product. */
static size_t sums_bytes(const struct conv_shape *s) { return up64(4 * BLOCK * s->n); }
static size_t rows_bytes(struct bitserial_bits bits, const struct conv_shape *s) {
    return up64(BLOCK * bits.a * row_bits(s) / 8);
}
size_t bitserial_conv_work_bytes(const struct bitserial_body *body, struct bitserial_bits bits,
                                 const struct conv_shape *s) {
    return sums_bytes(s) + rows_bytes(bits, s) + bitserial_work_bytes(body, bits, BLOCK, row_bits(s));
}

void bitserial_conv_pack(const struct bitserial_body *body, struct bitserial_bits bits, void *rhs,
                         const struct conv_weights *w) {
    struct bitplanes_form f = bitserial_form(body, bits);
    size_t n = w->shape.n / w->shape.groups;
    f.tap = w->shape.c / w->shape.groups;
    for (size_t group = 0; group < w->shape.groups; group++) {
        const struct gemm_weights part = {.b = (const uint8_t *)w->b + group * n * w->b_stride,
                                          .b_stride = w->b_stride,
                                          .n = n,
                                          .k = taps_of(&w->shape) * f.tap,
                                          .encoding = w->encoding};
        bitplanes_pack((uint8_t *)rhs + group * group_rhs(body, bits, &w->shape), &part, &f);
    }
}

/* `count` bits of a plane from bit `first` on, as words. */
static void copy_channels(uint64_t *to, const uint64_t *plane, size_t first, size_t count) {
    size_t words = (count + 63) / 64, last = (first + count - 1) / 64, shift = first % 64;
    if (shift == 0 && count % 64 == 0) {
        memcpy(to, plane + first / 64, 8 * words);
        return;
    }
    for (size_t i = 0; i < words; i++) {
        size_t at = first / 64 + i;
        to[i] = plane[at] >> shift;
        if (shift && at < last)
            to[i] |= plane[at + 1] << (64 - shift);
    }
    if (count % 64)
        to[words - 1] &= ((uint64_t)1 << count % 64) - 1;
}

static size_t clamped(ptrdiff_t at, size_t side) { return at < 0 ? 0 : (size_t)at >= side ? side - 1 : (size_t)at; }

/* The window of output pixel (y, x) as a row of A. */
static void gather(uint8_t *row, const struct conv_args *g, size_t pixel, size_t group, unsigned planes) {
    const struct conv_shape *s = &g->shape;
    size_t wide = conv_out(s, s->w), tap = tap_bytes(s), plane = taps_of(s) * tap, per_group = s->c / s->groups;
    ptrdiff_t top = (ptrdiff_t)(pixel / wide * s->stride) - (ptrdiff_t)s->pad;
    ptrdiff_t left = (ptrdiff_t)(pixel % wide * s->stride) - (ptrdiff_t)s->pad;
    for (size_t i = 0; i < taps_of(s); i++, row += tap) {
        ptrdiff_t y = top + (ptrdiff_t)(i / s->window), x = left + (ptrdiff_t)(i % s->window);
        size_t inside_y = clamped(y, s->h), inside_x = clamped(x, s->w);
        bool outside = inside_y != (size_t)y || inside_x != (size_t)x;
        const uint8_t *from = (const uint8_t *)g->input + (inside_y * s->w + inside_x) * g->input_stride;
        for (unsigned p = 0; p < planes; p++) {
            uint64_t *to = (uint64_t *)(row + p * plane);
            if (outside && g->border != BORDER_REPLICATE)
                memset(to, 0, tap);
            else
                copy_channels(to, (const uint64_t *)(from + p * bits_row_bytes(s->c)), group * per_group, per_group);
        }
    }
}

static void finish_bits(const struct conv_args *g, const int32_t *sums, uint64_t *bits) {
    memset(bits, 0, bits_row_bytes(g->shape.n));
    for (size_t o = 0; o < g->shape.n; o++)
        bits[o / 64] |= (uint64_t)(sums[o] < g->threshold[o]) << o % 64;
    for (size_t i = 0; i < bits_row_bytes(g->shape.n) / 8; i++)
        bits[i] ^= g->flip[i];
}

static void finish_floats(const struct conv_args *g, const int32_t *sums, float *out, const float *shortcut) {
    for (size_t o = 0; o < g->shape.n; o++) {
        float y = (float)sums[o] * g->scale[o];
        y = y + g->bias[o];
        out[o] = shortcut ? y + shortcut[o] : y;
    }
}

static void finish(const struct conv_args *g, const int32_t *sums, size_t pixel) {
    size_t n = g->shape.n;
    void *out = g->out ? (uint8_t *)g->out + pixel * g->out_stride : NULL;
    uint64_t *bits = g->bits ? (uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride) : NULL;
    const uint8_t *shortcut = (const uint8_t *)g->shortcut;
    if (g->epilogue == EPILOGUE_SUMS) {
        memcpy(out, sums, 4 * n);
        return;
    }
    if (g->epilogue == EPILOGUE_BITS) {
        finish_bits(g, sums, bits);
        return;
    }
    finish_floats(g, sums, out, shortcut ? (const float *)(shortcut + pixel * g->shortcut_stride) : NULL);
    if (g->epilogue != EPILOGUE_FLOAT_BITS)
        return;
    memset(bits, 0, bits_row_bytes(n));
    for (size_t o = 0; o < n; o++)
        bits[o / 64] |= (uint64_t)(((const float *)out)[o] < 0) << o % 64;
}

void bitserial_conv_run(const struct bitserial_body *body, struct bitserial_bits bits, const struct conv_args *g) {
    const struct conv_shape *s = &g->shape;
    size_t end = conv_end(g), n = s->n / s->groups, row = bits.a * row_bits(s) / 8;
    uint8_t *sums = g->work, *rows = sums + sums_bytes(s), *scratch = rows + rows_bytes(bits, s);
    for (size_t first = conv_first(g); first < end; first += BLOCK) {
        size_t count = end - first < BLOCK ? end - first : BLOCK;
        for (size_t group = 0; group < s->groups; group++) {
            for (size_t i = 0; i < count; i++)
                gather(rows + i * row, g, first + i, group, bits.a);
            const struct gemm_args product = {.m = count,
                                              .n = n,
                                              .k = row_bits(s),
                                              .a = rows,
                                              .a_stride = row,
                                              .rhs = (const uint8_t *)g->rhs + group * group_rhs(body, bits, s),
                                              .c = sums + 4 * group * n,
                                              .c_stride = 4 * s->n,
                                              .work = scratch};
            bitserial_run(body, bits, &product);
        }
        for (size_t i = 0; i < count; i++)
            finish(g, (const int32_t *)sums + i * s->n, first + i);
    }
}
