/* xnor_conv_w1a1 by vcpop.v of Zvbb. */
#include "conv_zvbb.h"

const struct conv_kernel xnor_conv_w1a1__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
