/* The four functions of a float convolution: the walk of product.h over rows that are gathered block by block, and
 * what follows a sum, on the last block of K, while the sums are still near. */
#ifndef FLOAT_CONV_H
#define FLOAT_CONV_H
#include "../include/kernel.h"
#include "gather.h"
#include "product.h"
#pragma STDC FP_CONTRACT OFF

struct conv_walk {
    const struct conv_args *args;
    size_t group, wide; /* wide: output pixels in a row */
};

static inline void conv_rows(const struct product *p, const struct block *at, struct tile *t, struct next *next) {
    const struct conv_walk *walk = p->source;
    struct gather g = {.args = walk->args, .group = walk->group, .first = at->first, .k = at->k};
    float *to = p->work;
    t->a = (const uint8_t *)to;
    t->a_stride = product_stride(at->k) * 4;
    for (size_t r = 0; r < at->rows; r++, to += product_stride(at->k)) {
        g.y = (at->row + r) / walk->wide;
        g.x = (at->row + r) % walk->wide;
        gather_row(&g, to);
    }
    /* most of what the next rows need was read for these */
    *next = (struct next){t->a, t->a_stride};
}

/* y = sum * scale + bias, then + shortcut. */
static inline void conv_done(const struct product *p, const struct block *at) {
    const struct conv_walk *walk = p->source;
    const struct conv_args *g = walk->args;
    size_t o = walk->group * p->n + at->column;
    if (g->epilogue == EPILOGUE_SUMS)
        return;
    const float *scale = g->scale + o, *bias = g->bias + o;
    for (size_t row = at->row; row < at->row + at->rows; row++) {
        float *c = p->c + row * p->c_stride + at->column;
        for (size_t i = 0; i < at->columns; i++)
            c[i] = c[i] * scale[i] + bias[i];
        if (g->shortcut == NULL)
            continue;
        const float *shortcut = (const float *)((const uint8_t *)g->shortcut + row * g->shortcut_stride) + o;
        for (size_t i = 0; i < at->columns; i++)
            c[i] = c[i] + shortcut[i];
    }
}

static size_t conv_k(const struct conv_shape *s) { return s->window * s->window * (s->c / s->groups); }

static size_t group_bytes(const struct conv_shape *s) { return panels_bytes(s->n / s->groups, 4 * conv_k(s), NR, 4); }

static void run(const struct conv_args *g) {
    const struct conv_shape *s = &g->shape;
    struct conv_walk walk = {.args = g, .wide = conv_out(s, s->w)};
    struct product p = {.m = conv_out(s, s->h) * walk.wide, .n = s->n / s->groups, .k = conv_k(s),
                        .c_stride = g->out_stride / 4, .work = g->work, .source = &walk};
    for (; walk.group < s->groups; walk.group++) {
        p.rhs = (const uint8_t *)g->rhs + walk.group * group_bytes(s);
        p.c = (float *)g->out + walk.group * p.n;
        product_run(&p, conv_rows, conv_done);
    }
}

static size_t rhs_bytes(const struct conv_shape *s) { return s->groups * group_bytes(s); }

static size_t work_bytes(const struct conv_shape *s) { return product_work(s->n / s->groups, conv_k(s)); }

static void pack_rhs(void *rhs, const struct conv_weights *w) {
    const struct conv_shape *s = &w->shape;
    size_t n = s->n / s->groups;
    for (size_t group = 0; group < s->groups; group++)
        panel_pack((uint8_t *)rhs + group * group_bytes(s), (const uint8_t *)w->b + group * n * w->b_stride,
                   w->b_stride, n, 4 * conv_k(s), NR, 4);
}
#endif
