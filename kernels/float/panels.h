/* What all float_gemm_fp32 variants share but the tile: the file that includes this has defined MR, NR and
 * tile_fns. */
#ifndef FLOAT_PANELS_H
#define FLOAT_PANELS_H
#include "../pack/panel.h"
#include "../pack/tiles.h"

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, NR, panel_bytes(4 * g->k, NR, 4), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, 4 * k, NR, 4);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, 4 * w->k, NR, 4);
}
#endif
