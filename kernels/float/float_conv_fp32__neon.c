/* float_conv_fp32 by NEON. */
#include "lanes_neon.h"
#include "form_fp32.h"
#include "conv.h"

const struct conv_kernel float_conv_fp32__neon = {run, rhs_bytes, work_bytes, pack_rhs};
