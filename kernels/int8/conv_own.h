/* A variant of conv over the product CONV_GEMM whose copies and epilogue use the wider vectors of its own flags. */
#include "conv_copy.h"
#include "conv_epilogue.h"
#include "conv_form.h"

extern const struct gemm_kernel CONV_GEMM;

static void copy(uint8_t *to, const uint8_t *from, size_t bytes) { copy_bytes(to, from, bytes); }

static const struct conv_form form = {&CONV_GEMM, copy, epilogue_pixel};
CONV_KERNEL(form)
