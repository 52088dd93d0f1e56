/* ternary_gemv_terna8 by vpmaddubsw. */
#define MAKE_TILES TILES_1
enum { MR = 1, NV = 4 };
#include "bytes_avx2.h"

const struct gemm_kernel ternary_gemv_terna8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
