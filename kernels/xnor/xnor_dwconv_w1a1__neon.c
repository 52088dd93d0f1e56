/* xnor_dwconv_w1a1 in vectors of 128 channels. */
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif
#define SLICE_BYTES 16
#include "conv_sliced.h"

const struct conv_kernel xnor_dwconv_w1a1__neon = {sliced_run, sliced_rhs_bytes, sliced_work_bytes, sliced_pack};
