/* The four functions of a float gemm. Who includes this has defined TILES and included the form of its elements. */
#ifndef FLOAT_GEMM_H
#define FLOAT_GEMM_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include "../pack/product.h"

/* Floats are read where they lie, but for rows that a tile would overrun and for strides at which all rows fall into
 * a few cache sets. */
static void rows(const struct product *p, const struct product_block *at, struct float_tile *t) {
    const struct gemm_args *g = p->source;
    const uint8_t *a = (const uint8_t *)g->a + at->row * g->a_stride + at->first * FORM_BYTES;
    t->a = a;
    t->a_stride = t->ahead_stride = g->a_stride;
    t->ahead = a + p->tiles->mr * g->a_stride;
    if (FORM_BYTES == 4 && product_tile(p->tiles, at->rows)->rows == at->rows && g->a_stride % 2048)
        return;
    float *to = p->work;
    t->a = (const uint8_t *)to;
    t->a_stride = product_stride(at->k) * 4;
    for (size_t r = 0; r < at->rows; r++, a += g->a_stride, to += product_stride(at->k))
        form_floats(to, a, at->k);
}

static void run(const struct gemm_args *g) {
    struct product p = {.tiles = &TILES, .m = g->m, .n = g->n, .k = g->k, .rhs = g->rhs, .c = g->c,
                        .c_stride = g->c_stride / 4, .work = g->work, .source = g, .rows = rows,
                        .floats = FORM_BYTES == 4 ? NULL : form_floats};
    product_run(&p);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, FORM_BYTES * k, TILES.nr, FORM_BYTES);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return product_work(&TILES, n, k, FORM_BYTES == 4);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, FORM_BYTES * w->k, TILES.nr, FORM_BYTES);
}
#endif
