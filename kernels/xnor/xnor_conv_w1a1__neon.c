/* xnor_conv_w1a1 by CNT. */
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif
#include "conv_addp.h"

const struct conv_kernel xnor_conv_w1a1__neon = {run, rhs_bytes, work_bytes, pack_rhs};
