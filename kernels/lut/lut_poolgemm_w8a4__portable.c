/* lut_poolgemm_w8a4 in plain C. */
enum { BITS = 4 };
#define RUN lut_poolgemm_w8a1__portable
#include "pool_bytes.h"

const struct gemm_kernel lut_poolgemm_w8a4__portable = {run, rhs_bytes, work_bytes, pack_rhs};
