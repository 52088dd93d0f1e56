/* ternary_gemv_terna8 by SDOT. */
#define MAKE_TILES TILES_1
enum { MR = 1, NV = 8 };
#include "bytes_dotprod.h"

const struct gemm_kernel ternary_gemv_terna8__dotprod = {run, rhs_bytes, work_bytes, pack_rhs};
