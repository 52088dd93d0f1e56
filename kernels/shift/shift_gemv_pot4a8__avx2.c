/* shift_gemv_pot4a8 by vpsllvd. */
#define MAKE_TILES TILES_1
enum { PLACES_MAX = 6, MR = 1, NV = 4 };
#include "avx2.h"

const struct gemm_kernel shift_gemv_pot4a8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
