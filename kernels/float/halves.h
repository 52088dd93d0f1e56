/* What the variants share that multiply elements of 2 bytes as they are. Who includes this has defined NR, GROUP
 * (bytes of K that stay together) and tile_pair. */
#ifndef FLOAT_HALVES_H
#define FLOAT_HALVES_H

static void run(const struct gemm_args *g) {
    pair_run(&tile_pair, g, g->a, g->a_stride, panel_bytes(2 * g->k, NR, GROUP));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, 2 * k, NR, GROUP);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, 2 * w->k, NR, GROUP);
}
#endif
