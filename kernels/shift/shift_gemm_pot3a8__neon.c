/* shift_gemm_pot3a8 by SSHL. */
#define MAKE_TILES TILES_1_OR_4
enum { PLACES_MAX = 2, MR = 4, NV = 2 };
#include "neon.h"

const struct gemm_kernel shift_gemm_pot3a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
