/* bitserial_conv_w1a2 by vpopcntd. */
#define W_BITS 1
#define A_BITS 2
#define BODY adders__avx512vpopcnt
#include "conv_variant.h"

const struct conv_kernel bitserial_conv_w1a2__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
