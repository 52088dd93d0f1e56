/* Convolutions: rows of A gathered a block at a time, the kernel, then batch norm, shortcut and signs while the
 * sums are still near. Bytes and bits differ only in the size of a pixel. */
#include <string.h>

#include "state.h"

/* memcpy without its call for the lengths that a window's line has: two halves that overlap. */
static inline void copy(uint8_t *to, const uint8_t *from, size_t bytes) {
    if (bytes > 64 || bytes < 16) {
        memcpy(to, from, bytes);
    } else if (bytes > 32) {
        memcpy(to, from, 32);
        memcpy(to + bytes - 32, from + bytes - 32, 32);
    } else {
        memcpy(to, from, 16);
        memcpy(to + bytes - 16, from + bytes - 16, 16);
    }
}

/* One row of A: the window of output pixel (y, x), taps in order. Outside of the map lie zero bytes: the byte 0,
 * or 64 bits that mean +1. */
static void gather(uint8_t *to, const uint8_t *map, const struct layer *l, size_t y, size_t x) {
    size_t pixel = plan_pixel_bytes(&l->source), kernel = l->plan.kernel, line = kernel * pixel;
    ptrdiff_t top = (ptrdiff_t)(y * l->plan.stride) - (ptrdiff_t)l->plan.pad;
    ptrdiff_t left = (ptrdiff_t)(x * l->plan.stride) - (ptrdiff_t)l->plan.pad;
    ptrdiff_t w = (ptrdiff_t)l->source.w, h = (ptrdiff_t)l->source.h;
    /* a border is narrower than the window, so at least one column lies inside */
    size_t skip = left < 0 ? (size_t)-left : 0;
    size_t end = left + (ptrdiff_t)kernel > w ? (size_t)(w - left) : kernel;
    for (size_t ky = 0; ky < kernel; ky++, to += line) {
        ptrdiff_t from = top + (ptrdiff_t)ky;
        if (from < 0 || from >= h) {
            memset(to, 0, line);
            continue;
        }
        if (skip)
            memset(to, 0, skip * pixel);
        copy(to + skip * pixel, map + ((size_t)(from * w + left) + skip) * pixel, (end - skip) * pixel);
        if (end < kernel)
            memset(to + end * pixel, 0, (kernel - end) * pixel);
    }
}

void layer_conv(const struct net_state *s, const struct layer *l) {
    const uint8_t *map = s->tensors[l->plan.source];
    const int16_t *shortcut = l->plan.shortcut == PLAN_NONE ? NULL : s->tensors[l->plan.shortcut];
    int16_t *out = s->tensors[l->plan.out];
    uint64_t *bits = l->plan.bits == PLAN_NONE ? NULL : s->tensors[l->plan.bits];
    size_t pixels = (size_t)l->out.h * l->out.w, channels = l->out.c, words = plan_row_words(l->out.c);
    struct gemm_args call = {.n = channels,
                             .k = l->k,
                             .a_stride = l->row_bytes,
                             .rhs = l->rhs,
                             .c = s->sums,
                             .c_stride = 4 * channels,
                             .work = s->work};
    for (size_t first = 0; first < pixels; first += BLOCK_ROWS) {
        call.m = pixels - first < BLOCK_ROWS ? pixels - first : BLOCK_ROWS;
        call.a = l->direct ? map + first * l->row_bytes : s->rows;
        for (size_t i = 0; i < call.m && !l->direct; i++)
            gather(s->rows + i * l->row_bytes, map, l, (first + i) / l->out.w, (first + i) % l->out.w);
        l->kernel->run(&call);
        l->scale(l, s->sums, shortcut ? shortcut + first * channels : NULL, out + first * channels, call.m);
        for (size_t i = first; i < first + call.m && bits; i++)
            signs_pack(bits + i * words, out + i * channels, channels);
    }
}

void layer_dense8(const struct net_state *s, const struct layer *l) {
    struct gemm_args call = {.m = 1,
                             .n = l->out.c,
                             .k = l->k,
                             .a = s->tensors[l->plan.source],
                             .a_stride = l->row_bytes,
                             .rhs = l->rhs,
                             .c = s->sums,
                             .c_stride = 4 * (size_t)l->out.c,
                             .work = s->work};
    l->kernel->run(&call);
    for (uint32_t o = 0; o < l->out.c; o++) {
        int64_t v = (int64_t)s->sums[o] + l->bias[o];
        s->sums[o] = (int32_t)(v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : v);
    }
    /* the caller's buffer need not lie on a multiple of 4 */
    memcpy(s->tensors[l->plan.out], s->sums, 4 * (size_t)l->out.c);
}
