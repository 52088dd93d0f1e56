/* conv w8a8 by the family's product: a block of windows gathered into rows of bytes, the product, the epilogue while
 * the sums are near. Included with CONV_GEMM set to the product's kernel, of the same instruction set.
 *
 * Windows of one pixel are rows already. Groups are products of their own, each with its part of the channels. */
#include "../include/kernel.h"
#include "conv_window.h"
#include "conv_epilogue.h"

extern const struct gemm_kernel CONV_GEMM;

enum { CONV_BLOCK = 64 }; /* output pixels, at most: the 7 x 7 of a network's end in one go */

static size_t group_k(const struct conv_shape *s) { return s->c / s->groups * s->window * s->window; }

static size_t group_bytes(const struct conv_shape *s) {
    return (CONV_GEMM.rhs_bytes(CONV_BLOCK, s->n / s->groups, group_k(s)) + 63) / 64 * 64;
}

/* The parts of work, one behind the other: the windows, the sums, the product's own. */
static size_t windows_bytes(const struct conv_shape *s) { return (CONV_BLOCK * group_k(s) + 63) / 64 * 64; }
static size_t sums_bytes(const struct conv_shape *s) { return (CONV_BLOCK * s->n * 4 + 63) / 64 * 64; }

static size_t rhs_bytes(const struct conv_shape *s) { return s->groups * group_bytes(s); }

static size_t work_bytes(const struct conv_shape *s) {
    return windows_bytes(s) + sums_bytes(s) + CONV_GEMM.work_bytes(CONV_BLOCK, s->n / s->groups, group_k(s));
}

static void pack_rhs(void *rhs, const struct conv_weights *w) {
    const struct conv_shape *s = &w->shape;
    size_t n = s->n / s->groups;
    for (size_t group = 0; group < s->groups; group++) {
        struct gemm_weights part = {.b = (const uint8_t *)w->b + group * n * w->b_stride,
                                    .b_stride = w->b_stride,
                                    .n = n,
                                    .k = group_k(s),
                                    .encoding = w->encoding};
        CONV_GEMM.pack_rhs((uint8_t *)rhs + group * group_bytes(s), &part);
    }
}

/* Where the sums of a block go: to their place, as the floats that follow are as wide, unless only bits are asked
 * for. */
static struct conv_sums sums_of(const struct conv_args *g, size_t first, size_t count) {
    const struct conv_shape *s = &g->shape;
    if (g->epilogue == EPILOGUE_BITS)
        return (struct conv_sums){(uint8_t *)g->work + windows_bytes(s), 4 * s->n, first, count};
    return (struct conv_sums){(uint8_t *)g->out + first * g->out_stride, g->out_stride, first, count};
}

static void run(const struct conv_args *g) {
    const struct conv_shape *s = &g->shape;
    size_t pixels = conv_out(s, s->h) * conv_out(s, s->w), n = s->n / s->groups, channels = s->c / s->groups;
    int direct = s->window == 1 && s->stride == 1 && s->pad == 0;
    struct gemm_args call = {.n = n, .k = group_k(s)};
    call.work = (uint8_t *)g->work + windows_bytes(s) + sums_bytes(s);
    size_t blocks = (pixels + CONV_BLOCK - 1) / CONV_BLOCK, even = (pixels + blocks - 1) / blocks;
    for (size_t first = 0; first < pixels; first += even) {
        call.m = pixels - first < even ? pixels - first : even;
        struct conv_sums sums = sums_of(g, first, call.m);
        for (size_t group = 0; group < s->groups; group++) {
            const uint8_t *input = (const uint8_t *)g->input + group * channels;
            call.a = direct ? input + first * g->input_stride : g->work;
            call.a_stride = direct ? g->input_stride : call.k;
            if (!direct)
                gather_windows(g->work, g, input, first, call.m);
            call.rhs = (const uint8_t *)g->rhs + group * group_bytes(s);
            call.c = sums.at + group * n * 4;
            call.c_stride = sums.stride;
            CONV_GEMM.run(&call);
        }
        conv_epilogue(g, &sums);
    }
}
