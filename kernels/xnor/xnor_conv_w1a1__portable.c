/* xnor_conv_w1a1 in plain C. */
#include "conv_words.h"

const struct conv_kernel xnor_conv_w1a1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
