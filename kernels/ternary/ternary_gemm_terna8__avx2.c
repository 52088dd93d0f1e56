/* ternary_gemm_terna8 by vpmaddubsw. */
enum { MR = 4, NV = 2 };
#include "bytes_avx2.h"

const struct gemm_kernel ternary_gemm_terna8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
