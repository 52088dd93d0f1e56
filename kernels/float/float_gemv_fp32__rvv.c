/* float_gemv_fp32 by RISC-V's vectors. */
#include "body/forms_rvv.h"
#define VECTOR (*float_vector_rvv())
#define FLOATS NULL
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
