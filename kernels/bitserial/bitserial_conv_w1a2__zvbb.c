/* bitserial_conv_w1a2 by vcpop.v. */
#define W_BITS 1
#define A_BITS 2
#define BODY counts__zvbb
#include "conv_variant.h"

const struct conv_kernel bitserial_conv_w1a2__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
