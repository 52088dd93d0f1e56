/* Nothing here is done per element of a sum, so it is compiled once, for the base of the target. */
#include "body.h"
#include "../../pack/panel.h"
#include <stdalign.h>
#include <string.h>

static size_t element(product_floats_fn *floats) { return floats ? 2 : 4; }

size_t float_rhs_bytes(size_t nr, product_floats_fn *floats, size_t n, size_t k) {
    return panels_bytes(n, element(floats) * k, nr, element(floats));
}

void float_pack(size_t nr, product_floats_fn *floats, void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, element(floats) * w->k, nr, element(floats));
}

static size_t block_columns(const struct float_tiles *tiles, product_floats_fn *floats) {
    return floats ? PRODUCT_COLUMNS : tiles->columns;
}

size_t float_gemm_work_bytes(const struct float_tiles *tiles, product_floats_fn *floats, size_t n, size_t k) {
    struct product p = {.tiles = tiles, .columns = block_columns(tiles, floats), .n = n, .k = k, .floats = floats};
    return product_work(&p);
}

size_t float_gemv_work_bytes(product_floats_fn *floats, size_t k) { return floats ? 4 * k : 0; }

/* Floats are read where they lie, but for rows that a tile would overrun and for strides at which all rows fall into
 * a few cache sets. */
static void rows(const struct product *p, const struct product_block *at, struct float_tile *t) {
    const struct gemm_args *g = p->source;
    const uint8_t *a = (const uint8_t *)g->a + at->row * g->a_stride + at->first * element(p->floats);
    t->a = a;
    t->a_stride = t->ahead_stride = g->a_stride;
    t->ahead = a + at->rows * g->a_stride;
    if (!p->floats && product_in_place(p, at, g->a_stride))
        return;
    float *to = p->work;
    t->a = (const uint8_t *)to;
    t->a_stride = product_stride(at->k) * 4;
    for (size_t r = 0; r < at->rows; r++, a += g->a_stride, to += product_stride(at->k))
        if (p->floats)
            p->floats(to, a, at->k);
        else
            memcpy(to, a, 4 * at->k);
}

void float_gemm_run(const struct float_tiles *tiles, product_floats_fn *floats, const struct gemm_args *g) {
    struct product p = {.tiles = tiles, .columns = block_columns(tiles, floats), .m = g->m, .n = g->n, .k = g->k,
                        .rhs = g->rhs, .c = g->c, .c_stride = g->c_stride / 4, .work = g->work, .source = g,
                        .rows = rows, .floats = floats};
    product_run(&p);
}

enum { MAX_NR = 64, PIECE = 2048 }; /* floats; PIECE: of a panel, few enough for the nearest cache */

void float_gemv_run(const struct float_vector *vector, product_floats_fn *floats, const struct gemm_args *g) {
    alignas(64) float sums[MAX_NR], piece[PIECE];
    const uint8_t *b = g->rhs;
    const float *a = g->a;
    size_t nr = vector->nr, most = floats ? PIECE / nr : g->k;
    if (floats) {
        floats(g->work, g->a, g->k);
        a = g->work;
    }
    for (size_t n = 0; n < g->n; n += nr) {
        for (size_t i = 0, steps; i < g->k; i += steps, b += steps * nr * element(floats)) {
            steps = g->k - i < most ? g->k - i : most;
            if (floats)
                floats(piece, b, steps * nr);
            vector->panel(sums, a + i, floats ? piece : (const float *)b, steps, i > 0);
        }
        memcpy((float *)g->c + n, sums, (g->n - n < nr ? g->n - n : nr) * 4);
    }
}
