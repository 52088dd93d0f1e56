/* A kernel that is another one of its family under a second name: a vector is a product of one row. Expects GEMM. */
#include "../include/kernel.h"

extern const struct gemm_kernel GEMM;

static void run(const struct gemm_args *g) { GEMM.run(g); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) { return GEMM.rhs_bytes(m, n, k); }

static size_t work_bytes(size_t m, size_t n, size_t k) { return GEMM.work_bytes(m, n, k); }

static void pack_rhs(void *rhs, const struct gemm_weights *w) { GEMM.pack_rhs(rhs, w); }
