/* int8_conv_w8a8 over the product of the same instruction set. */
#define CONV_GEMM int8_gemm_w8a8__portable
#include "conv_base.h"

const struct conv_kernel int8_conv_w8a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
