/* shift_gemv_pot3a8 by vpsllvw. */
#define MAKE_TILES TILES_1
enum { PLACES_MAX = 2, MR = 1, NV = 4 };
#include "avx512.h"

const struct gemm_kernel shift_gemv_pot3a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
