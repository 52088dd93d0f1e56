/* The four functions of a float gemm. Who includes this has defined TILES and FLOATS, NULL for elements that are
 * floats. */
#include "../include/kernel.h"
#include "body/body.h"

static void run(const struct gemm_args *g) { float_gemm_run(&TILES, FLOATS, g); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return float_rhs_bytes(TILES.nr, FLOATS, n, k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return float_gemm_work_bytes(&TILES, FLOATS, n, k);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) { float_pack(TILES.nr, FLOATS, rhs, w); }
