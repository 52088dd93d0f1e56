/* xnor_conv_w1a1 with the cpop instruction of Zbb. */
#include "conv_zbb.h"

const struct conv_kernel xnor_conv_w1a1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
