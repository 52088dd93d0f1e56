/* ternary_gemm_terna8 by SDOT. */
#define MAKE_TILES TILES_1_OR_6
enum { MR = 6, NV = 4 };
#include "bytes_dotprod.h"

const struct gemm_kernel ternary_gemm_terna8__dotprod = {run, rhs_bytes, work_bytes, pack_rhs};
