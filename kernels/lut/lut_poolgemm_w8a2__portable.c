/* lut_poolgemm_w8a2 in plain C. */
enum { BITS = 2 };
#define RUN lut_poolgemm_w8a1__portable
#include "pool_bytes.h"

const struct gemm_kernel lut_poolgemm_w8a2__portable = {run, rhs_bytes, work_bytes, pack_rhs};
