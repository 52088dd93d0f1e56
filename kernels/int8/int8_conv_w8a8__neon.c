/* int8_conv_w8a8 over the product of the same instruction set. */
#define CONV_GEMM int8_gemm_w8a8__neon
/* the base of aarch64 has these vectors */
#if defined(__aarch64__)
#include "conv_base.h"
#else
#include "conv_own.h"
#endif
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

const struct conv_kernel int8_conv_w8a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
