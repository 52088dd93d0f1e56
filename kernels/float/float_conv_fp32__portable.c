/* float_conv_fp32 by vectors of plain C. */
#include "lanes_plain.h"
#include "form_fp32.h"
#include "conv.h"

const struct conv_kernel float_conv_fp32__portable = {run, rhs_bytes, work_bytes, pack_rhs};
