/* float_gemm_fp32 by RISC-V's vectors. */
#include "body/forms_rvv.h"
#define TILES (*float_tiles_rvv())
#define FLOATS NULL
#include "gemm.h"

const struct gemm_kernel float_gemm_fp32__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
