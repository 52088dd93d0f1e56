/* xnor_conv_w1a1 with the popcnt instruction of x86-64-v2. */
#include "conv_words.h"

const struct conv_kernel xnor_conv_w1a1__popcnt = {run, rhs_bytes, work_bytes, pack_rhs};
