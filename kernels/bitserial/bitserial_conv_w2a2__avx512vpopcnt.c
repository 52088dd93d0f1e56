/* bitserial_conv_w2a2 by vpopcntd. */
#define W_BITS 2
#define A_BITS 2
#define BODY digits__avx512vpopcnt
#include "conv_variant.h"

const struct conv_kernel bitserial_conv_w2a2__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
