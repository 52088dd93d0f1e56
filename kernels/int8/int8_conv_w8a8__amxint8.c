/* int8_conv_w8a8 over the product of the same instruction set. */
#define CONV_GEMM int8_gemm_w8a8__amxint8
#include "conv_own.h"
#if !defined(__AMX_INT8__)
#error "compile this file with the flags of its token in isa.def"
#endif

const struct conv_kernel int8_conv_w8a8__amxint8 = {run, rhs_bytes, work_bytes, pack_rhs};
