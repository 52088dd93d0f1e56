/* The four functions of a float gemm. Who includes this has included the vectors of its instruction set and the form
 * of its elements. */
#ifndef FLOAT_GEMM_H
#define FLOAT_GEMM_H
#include "../include/kernel.h"
#include "product.h"

/* Floats are read where they lie, but for rows that a tile would overrun and for strides at which all rows fall into
 * a few cache sets. */
static inline void gemm_rows(const struct product *p, const struct block *at, struct tile *t, struct next *next) {
    const struct gemm_args *g = p->source;
    const uint8_t *a = (const uint8_t *)g->a + at->row * g->a_stride + at->first * FORM_BYTES;
    *next = (struct next){a + MR * g->a_stride, g->a_stride};
    t->a = a;
    t->a_stride = g->a_stride;
    if (FORM_BYTES == 4 && tile_size(at->rows)->rows == at->rows && g->a_stride % 2048)
        return;
    float *to = p->work;
    t->a = (const uint8_t *)to;
    t->a_stride = product_stride(at->k) * 4;
    for (size_t r = 0; r < at->rows; r++, a += g->a_stride, to += product_stride(at->k))
        form_floats(to, a, at->k);
}

static void run(const struct gemm_args *g) {
    struct product p = {g->m, g->n, g->k, g->rhs, g->c, g->c_stride / 4, g->work, g};
    product_run(&p, gemm_rows, NULL);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, FORM_BYTES * k, NR, FORM_BYTES);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return product_work(n, k);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, FORM_BYTES * w->k, NR, FORM_BYTES);
}
#endif
