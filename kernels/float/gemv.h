/* The four functions of a float gemv. Who includes this has defined VECTOR and FLOATS, NULL for elements that are
 * floats. */
#include "../include/kernel.h"
#include "body/body.h"

static void run(const struct gemm_args *g) { float_gemv_run(&VECTOR, FLOATS, g); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return float_rhs_bytes(VECTOR.nr, FLOATS, n, k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return float_gemv_work_bytes(FLOATS, k);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) { float_pack(VECTOR.nr, FLOATS, rhs, w); }
