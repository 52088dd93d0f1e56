/* float_gemm_bf16 by RISC-V's vectors, widened. */
#include "body/forms_rvv.h"
#define TILES (*float_tiles_rvv())
#define FLOATS float_uppers__rvv
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
