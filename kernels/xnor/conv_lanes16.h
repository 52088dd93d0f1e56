/* Outputs of a tile of sums with 512-bit vectors: 32 channels a pixel, those beyond n masked off. */
#ifndef XNOR_CONV_LANES16_H
#define XNOR_CONV_LANES16_H
#include "conv_form.h"
#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF

struct lanes {
    const struct conv_args *g;
    size_t column;
    __mmask16 low, high; /* channels that there are */
    bool fills;          /* the upper half of the last word of bits is nobody else's to write */
};

static inline struct lanes lanes_of(const struct conv_args *g, size_t column) {
    size_t n = g->shape.n, rest = n - column < 32 ? n - column : 32;
    uint32_t mask = (uint32_t)(((uint64_t)1 << rest) - 1);
    return (struct lanes){g, column, (__mmask16)mask, (__mmask16)(mask >> 16), column % 64 == 0 && n - column <= 32};
}

static inline void lanes_put_bits(const struct lanes *l, size_t pixel, uint32_t bits) {
    uint8_t *to = (uint8_t *)l->g->bits + pixel * l->g->bits_stride + l->column / 8;
    uint64_t word = bits;
    if (l->fills)
        memcpy(to, &word, 8);
    else
        memcpy(to, &bits, 4);
}

static inline uint8_t *lanes_out(const struct lanes *l, size_t pixel) {
    return (uint8_t *)l->g->out + pixel * l->g->out_stride + 4 * l->column;
}

static inline void lanes_sums(const struct lanes *l, size_t pixel, const int32_t *sums, size_t rows) {
    for (size_t r = 0; r < rows; r++, sums += 32) {
        uint8_t *out = lanes_out(l, pixel + r);
        _mm512_mask_storeu_epi32(out, l->low, _mm512_load_si512(sums));
        _mm512_mask_storeu_epi32(out + 64, l->high, _mm512_load_si512(sums + 16));
    }
}

static inline void lanes_bits(const struct lanes *l, size_t pixel, const int32_t *sums, size_t rows) {
    const int32_t *threshold = l->g->threshold + l->column;
    __m512i t0 = _mm512_maskz_loadu_epi32(l->low, threshold), t1 = _mm512_maskz_loadu_epi32(l->high, threshold + 16);
    uint32_t flip = load_u32((const uint8_t *)l->g->flip + l->column / 8) & (l->low | (uint32_t)l->high << 16);
    for (size_t r = 0; r < rows; r++, sums += 32) {
        uint32_t low = _mm512_mask_cmplt_epi32_mask(l->low, _mm512_load_si512(sums), t0);
        uint32_t high = _mm512_mask_cmplt_epi32_mask(l->high, _mm512_load_si512(sums + 16), t1);
        lanes_put_bits(l, pixel + r, (low | high << 16) ^ flip);
    }
}

static inline __m512 lanes_scaled(const int32_t *sums, __m512 scale, __m512 bias) {
    __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_load_si512(sums)), scale);
    return _mm512_add_ps(y, bias);
}

static inline void lanes_floats(const struct lanes *l, size_t pixel, const int32_t *sums, size_t rows) {
    const struct conv_args *g = l->g;
    const __m512 zero = _mm512_setzero_ps();
    const float *scale = g->scale + l->column, *bias = g->bias + l->column;
    __m512 s0 = _mm512_maskz_loadu_ps(l->low, scale), s1 = _mm512_maskz_loadu_ps(l->high, scale + 16);
    __m512 b0 = _mm512_maskz_loadu_ps(l->low, bias), b1 = _mm512_maskz_loadu_ps(l->high, bias + 16);
    for (size_t r = 0; r < rows; r++, sums += 32) {
        __m512 y0 = lanes_scaled(sums, s0, b0), y1 = lanes_scaled(sums + 16, s1, b1);
        if (g->shortcut) {
            const uint8_t *row = (const uint8_t *)g->shortcut + (pixel + r) * g->shortcut_stride + 4 * l->column;
            y0 = _mm512_add_ps(y0, _mm512_maskz_loadu_ps(l->low, row));
            y1 = _mm512_add_ps(y1, _mm512_maskz_loadu_ps(l->high, row + 64));
        }
        uint8_t *out = lanes_out(l, pixel + r);
        _mm512_mask_storeu_ps(out, l->low, y0);
        _mm512_mask_storeu_ps(out + 64, l->high, y1);
        if (g->epilogue == EPILOGUE_FLOAT_BITS) {
            uint32_t low = _mm512_mask_cmp_ps_mask(l->low, y0, zero, _CMP_LT_OQ);
            uint32_t high = _mm512_mask_cmp_ps_mask(l->high, y1, zero, _CMP_LT_OQ);
            lanes_put_bits(l, pixel + r, low | high << 16);
        }
    }
}

/* Rows of 32 sums, 64-byte aligned. */
static void lanes_finish(const struct conv_args *g, size_t pixel, size_t column, const int32_t *sums, size_t rows) {
    struct lanes l = lanes_of(g, column);
    if (g->epilogue == EPILOGUE_SUMS)
        lanes_sums(&l, pixel, sums, rows);
    else if (g->epilogue == EPILOGUE_BITS)
        lanes_bits(&l, pixel, sums, rows);
    else
        lanes_floats(&l, pixel, sums, rows);
}
#endif
