/* bitserial_conv_w1a2 in plain C. */
#define W_BITS 1
#define A_BITS 2
#define BODY words__portable
#include "conv_variant.h"

const struct conv_kernel bitserial_conv_w1a2__portable = {run, rhs_bytes, work_bytes, pack_rhs};
