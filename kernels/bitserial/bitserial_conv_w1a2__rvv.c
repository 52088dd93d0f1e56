/* bitserial_conv_w1a2 by vrgather as a table. */
#define W_BITS 1
#define A_BITS 2
#define BODY choose__rvv
#include "conv_variant.h"

const struct conv_kernel bitserial_conv_w1a2__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
