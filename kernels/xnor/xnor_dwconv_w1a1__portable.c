/* xnor_dwconv_w1a1 in plain C. */
#include "conv_planes.h"

const struct conv_kernel xnor_dwconv_w1a1__portable = {planes_run, planes_rhs_bytes, planes_work_bytes, planes_pack};
