/* float_conv_fp32 by FMA over 512 bits. */
#define TILES float_tiles__avx512
#include "conv.h"

const struct conv_kernel float_conv_fp32__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
