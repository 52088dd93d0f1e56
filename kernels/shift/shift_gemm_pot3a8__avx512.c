/* shift_gemm_pot3a8 by vpsllvw. */
#define MAKE_TILES TILES_1_OR_4
enum { PLACES_MAX = 2, MR = 4, NV = 2 };
#include "avx512.h"

const struct gemm_kernel shift_gemm_pot3a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
