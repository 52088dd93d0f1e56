/* bitserial_conv_w1a2 with the cpop instruction of Zbb. */
#define W_BITS 1
#define A_BITS 2
#define BODY words__zbb
#include "conv_variant.h"

const struct conv_kernel bitserial_conv_w1a2__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
