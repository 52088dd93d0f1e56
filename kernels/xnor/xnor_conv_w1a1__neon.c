/* xnor_conv_w1a1 by CNT. */
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif
#if defined(__aarch64__)
#include "conv_triples.h"
#else
#include "conv_bytes.h"
#endif

const struct conv_kernel xnor_conv_w1a1__neon = {run, rhs_bytes, work_bytes, pack_rhs};
