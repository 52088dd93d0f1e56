/* The oracle of bitserial_conv_w1a2. */
#define A_BITS 2
#include "ref_conv.h"

const struct conv_kernel bitserial_conv_w1a2__ref = {run, rhs_bytes, work_bytes, pack_rhs};
