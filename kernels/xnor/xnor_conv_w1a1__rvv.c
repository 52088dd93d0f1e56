/* xnor_conv_w1a1 by masks of vectors. */
#include "conv_rvv.h"

const struct conv_kernel xnor_conv_w1a1__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
