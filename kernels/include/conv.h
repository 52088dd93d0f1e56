/* Convolutions with what follows them in a network, in one call: the ops conv and dwconv. */
#ifndef INCLUDE_CONV_H
#define INCLUDE_CONV_H
#include "gemm.h"

/* Input h x w pixels of c channels, NHWC, batch 1; n output channels; window x window taps, the same stride and
 * padding in both directions. Output pixels: conv_out(h) x conv_out(w).
 *
 * groups divides c and n: output channel o sees the c / groups input channels of group o / (n / groups).
 * dwconv: groups = c = n. */
struct conv_shape {
    size_t h, w, c, n, window, stride, pad, groups;
};
static inline size_t conv_out(const struct conv_shape *s, size_t side) {
    return (side + 2 * s->pad - s->window) / s->stride + 1;
}

/* What lies outside of the map. Bytes and floats know ZERO and REPLICATE only. */
enum conv_border { BORDER_PLUS_ONE, BORDER_MINUS_ONE, BORDER_ZERO, BORDER_REPLICATE, BORDER_COUNT };

/* What becomes of a sum. Floats: y = sum * scale[o] + bias[o], then + shortcut, each operation rounded by itself, so
 * that every variant of an integer scheme gives the same bits. A sign bit is y < 0: -0.0 and NaN count as +1. */
enum conv_epilogue {
    EPILOGUE_SUMS,       /* out: int32 */
    EPILOGUE_BITS,       /* bits: (sum < threshold[o]) != flip bit o: batch norm and sign without a float */
    EPILOGUE_FLOAT,      /* out: float */
    EPILOGUE_FLOAT_BITS, /* out: float, bits: its signs */
    EPILOGUE_COUNT
};

/* Alignment as in gemm.h; parameters per channel are aligned to their element. Strides are bytes between pixels;
 * nothing between two pixels is read or written. Bits above n in the last word of a pixel are written as zero.
 *
 * A call makes the output rows row .. row + rows, at least one; pointers are those of the whole map all the same. So
 * threads share a convolution without sharing anything but its inputs. */
struct conv_args {
    struct conv_shape shape;
    size_t row, rows;
    enum conv_border border;
    enum conv_epilogue epilogue;
    const void *input;
    size_t input_stride;
    const void *rhs;
    void *work;
    void *out;
    size_t out_stride;
    uint64_t *bits;
    size_t bits_stride;
    const int32_t *threshold;
    const uint64_t *flip;
    const float *scale, *bias;
    const float *shortcut; /* one float per output pixel and channel, or NULL; of w1a1 it may be out itself */
    size_t shortcut_stride;
};
/* The range of output pixels of a call. */
static inline size_t conv_first(const struct conv_args *g) { return g->row * conv_out(&g->shape, g->shape.w); }
static inline size_t conv_end(const struct conv_args *g) {
    return (g->row + g->rows) * conv_out(&g->shape, g->shape.w);
}
typedef void conv_fn(const struct conv_args *args);
typedef size_t conv_bytes_fn(const struct conv_shape *shape);

/* n rows of window * window taps in reading order, each tap c / groups values: bits begin a new word at every tap,
 * else one int8 or float per value. dwconv: window * window rows instead, one per tap, of c values each. */
struct conv_weights {
    const void *b;
    size_t b_stride;
    struct conv_shape shape;
    enum weight_encoding encoding;
};
typedef void conv_pack_fn(void *rhs, const struct conv_weights *weights);

struct conv_kernel {
    conv_fn *run;
    conv_bytes_fn *rhs_bytes, *work_bytes;
    conv_pack_fn *pack_rhs;
};
#endif
