/* ternary_gemv_terna8 in plain C. */
#define MAKE_TILES TILES_1
enum { MR = 1, NV = 4 };
#include "bytes_plain.h"

const struct gemm_kernel ternary_gemv_terna8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
