/* Convolutions of floats as products whose rows are gathered; the same for all instruction sets but for the tiles. */
#ifndef PACK_FLOAT_CONV_H
#define PACK_FLOAT_CONV_H
#include "../include/conv.h"
#include "product.h"

void float_conv_run(const struct conv_args *args, const struct float_tiles *tiles);
size_t float_conv_rhs_bytes(const struct conv_shape *shape, const struct float_tiles *tiles);
size_t float_conv_work_bytes(const struct conv_shape *shape, const struct float_tiles *tiles);
void float_conv_pack(void *rhs, const struct conv_weights *weights, const struct float_tiles *tiles);
#endif
