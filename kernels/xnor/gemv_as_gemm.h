/* xnor_gemv_w1a1 by the tile of one row that the product PRODUCT of the same instruction set has anyway. */
#include "../include/kernel.h"

extern const struct gemm_kernel PRODUCT;

static void run(const struct gemm_args *g) { PRODUCT.run(g); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) { return PRODUCT.rhs_bytes(m, n, k); }

static size_t work_bytes(size_t m, size_t n, size_t k) { return PRODUCT.work_bytes(m, n, k); }

static void pack_rhs(void *rhs, const struct gemm_weights *w) { PRODUCT.pack_rhs(rhs, w); }
