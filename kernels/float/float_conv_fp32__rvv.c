/* float_conv_fp32 by RISC-V's vectors. */
#include "../pack/float_rvv.h"
#define TILES (*float_tiles_rvv())
#include "conv.h"

const struct conv_kernel float_conv_fp32__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
