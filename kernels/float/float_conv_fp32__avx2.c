/* float_conv_fp32 by FMA over 256 bits. */
#define TILES float_tiles__avx2
#include "conv.h"

const struct conv_kernel float_conv_fp32__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
