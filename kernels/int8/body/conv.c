/* conv w8a8 by the family's product: a block of windows gathered into rows of bytes, the product, the epilogue while
 * the sums are near.
 *
 * Windows of one pixel are rows already. Groups are products of their own, each with its part of the channels. */
#include "../conv_copy.h"
#include "../conv_epilogue.h"
#include "conv_window.h"

void int8_conv_copy_bytes(uint8_t *to, const uint8_t *from, size_t bytes) { copy_bytes(to, from, bytes); }

void int8_conv_epilogue(const struct conv_args *g, uint8_t *row, size_t pixel) { epilogue_pixel(g, row, pixel); }

enum { CONV_BLOCK = 64 }; /* output pixels, at most: the 7 x 7 of a network's end in one go */

static size_t group_k(const struct conv_shape *s) { return s->c / s->groups * s->window * s->window; }

static size_t group_bytes(const struct conv_shape *s, const struct conv_form *form) {
    return (form->product->rhs_bytes(CONV_BLOCK, s->n / s->groups, group_k(s)) + 63) / 64 * 64;
}

/* The parts of work, one behind the other: the windows, the sums, the product's own. */
static size_t windows_bytes(const struct conv_shape *s) { return (CONV_BLOCK * group_k(s) + 63) / 64 * 64; }
static size_t sums_bytes(const struct conv_shape *s) { return (CONV_BLOCK * s->n * 4 + 63) / 64 * 64; }

size_t int8_conv_rhs_bytes(const struct conv_shape *s, const struct conv_form *form) {
    return s->groups * group_bytes(s, form);
}

size_t int8_conv_work_bytes(const struct conv_shape *s, const struct conv_form *form) {
    return windows_bytes(s) + sums_bytes(s) + form->product->work_bytes(CONV_BLOCK, s->n / s->groups, group_k(s));
}

void int8_conv_pack(void *rhs, const struct conv_weights *w, const struct conv_form *form) {
    const struct conv_shape *s = &w->shape;
    size_t n = s->n / s->groups;
    for (size_t group = 0; group < s->groups; group++) {
        struct gemm_weights part = {.b = (const uint8_t *)w->b + group * n * w->b_stride,
                                    .b_stride = w->b_stride,
                                    .n = n,
                                    .k = group_k(s),
                                    .encoding = w->encoding};
        form->product->pack_rhs((uint8_t *)rhs + group * group_bytes(s, form), &part);
    }
}

struct conv_sums {
    uint8_t *at;
    size_t stride;
};

/* Where the sums of a block go: to their place, as the floats that follow are as wide, unless only bits are asked
 * for. */
static struct conv_sums sums_of(const struct conv_args *g, size_t first) {
    const struct conv_shape *s = &g->shape;
    if (g->epilogue == EPILOGUE_BITS)
        return (struct conv_sums){(uint8_t *)g->work + windows_bytes(s), 4 * s->n};
    return (struct conv_sums){(uint8_t *)g->out + first * g->out_stride, g->out_stride};
}

void int8_conv_run(const struct conv_args *g, const struct conv_form *form) {
    const struct conv_shape *s = &g->shape;
    size_t begin = conv_first(g), end = conv_end(g), pixels = end - begin, n = s->n / s->groups, channels = s->c / s->groups;
    int direct = s->window == 1 && s->stride == 1 && s->pad == 0;
    struct gemm_args call = {.n = n, .k = group_k(s)};
    call.work = (uint8_t *)g->work + windows_bytes(s) + sums_bytes(s);
    size_t blocks = (pixels + CONV_BLOCK - 1) / CONV_BLOCK, even = (pixels + blocks - 1) / blocks;
    for (size_t first = begin; first < end; first += even) {
        call.m = end - first < even ? end - first : even;
        struct conv_sums sums = sums_of(g, first);
        for (size_t group = 0; group < s->groups; group++) {
            const uint8_t *input = (const uint8_t *)g->input + group * channels;
            call.a = direct ? input + first * g->input_stride : g->work;
            call.a_stride = direct ? g->input_stride : call.k;
            if (!direct)
                gather_windows(g, form, input, first, call.m);
            call.rhs = (const uint8_t *)g->rhs + group * group_bytes(s, form);
            call.c = sums.at + group * n * 4;
            call.c_stride = sums.stride;
            form->product->run(&call);
        }
        for (size_t i = 0; i < call.m && g->epilogue != EPILOGUE_SUMS; i++)
            form->epilogue(g, sums.at + i * sums.stride, first + i);
    }
}
