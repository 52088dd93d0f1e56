/* A variant of conv over the product CONV_GEMM that has no wider vectors for what stands around it. */
#include "conv_form.h"

extern const struct gemm_kernel CONV_GEMM;

static const struct conv_form form = {&CONV_GEMM, int8_conv_copy_bytes, int8_conv_epilogue};
CONV_KERNEL(form)
