/* float_conv_fp32 by NEON. */
#define TILES float_tiles__neon
#include "conv.h"

const struct conv_kernel float_conv_fp32__neon = {run, rhs_bytes, work_bytes, pack_rhs};
