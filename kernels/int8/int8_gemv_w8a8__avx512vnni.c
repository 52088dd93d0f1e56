/* int8_gemv_w8a8 by the product's tile of one row: it reads B as one stream as well, fetches it ahead, and its lanes
 * need no sum across them, which a walk row by row pays for at every output. */
#include "../include/kernel.h"
#if !defined(__AVX512VNNI__)
#error "compile this file with the flags of its token in isa.def"
#endif

extern const struct gemm_kernel int8_gemm_w8a8__avx512vnni;

static void run(const struct gemm_args *g) { int8_gemm_w8a8__avx512vnni.run(g); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) { return int8_gemm_w8a8__avx512vnni.rhs_bytes(m, n, k); }

static size_t work_bytes(size_t m, size_t n, size_t k) { return int8_gemm_w8a8__avx512vnni.work_bytes(m, n, k); }

static void pack_rhs(void *rhs, const struct gemm_weights *w) { int8_gemm_w8a8__avx512vnni.pack_rhs(rhs, w); }

const struct gemm_kernel int8_gemv_w8a8__avx512vnni = {run, rhs_bytes, work_bytes, pack_rhs};
