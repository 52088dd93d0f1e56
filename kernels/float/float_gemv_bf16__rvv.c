/* float_gemv_bf16 by RISC-V's vectors, widened. */
#include "body/forms_rvv.h"
#define VECTOR (*float_vector_rvv())
#define FLOATS float_uppers__rvv
#include "gemv.h"

const struct gemm_kernel float_gemv_bf16__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
