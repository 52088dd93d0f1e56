/* xnor_dwconv_w1a1 in vectors of 256 channels. */
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif
#define SLICE_BYTES 32
#include "conv_sliced.h"

const struct conv_kernel xnor_dwconv_w1a1__avx2 = {sliced_run, sliced_rhs_bytes, sliced_work_bytes, sliced_pack};
