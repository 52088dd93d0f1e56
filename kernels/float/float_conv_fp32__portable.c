/* float_conv_fp32 by vectors of plain C. */
#define TILES float_tiles__portable
#include "conv.h"

const struct conv_kernel float_conv_fp32__portable = {run, rhs_bytes, work_bytes, pack_rhs};
