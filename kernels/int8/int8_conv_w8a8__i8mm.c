/* int8_conv_w8a8 over the product of the same instruction set. */
#define CONV_GEMM int8_gemm_w8a8__i8mm
#include "conv_base.h"
#if !defined(__ARM_FEATURE_MATMUL_INT8)
#error "compile this file with the flags of its token in isa.def"
#endif

const struct conv_kernel int8_conv_w8a8__i8mm = {run, rhs_bytes, work_bytes, pack_rhs};
