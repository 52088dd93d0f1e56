/* The four functions of a float convolution. Who includes this has defined TILES. */
#ifndef FLOAT_CONV_H
#define FLOAT_CONV_H
#include "../include/kernel.h"
#include "../pack/float_conv.h"

static void run(const struct conv_args *g) { float_conv_run(g, &TILES); }
static size_t rhs_bytes(const struct conv_shape *s) { return float_conv_rhs_bytes(s, &TILES); }
static size_t work_bytes(const struct conv_shape *s) { return float_conv_work_bytes(s, &TILES); }
static void pack_rhs(void *rhs, const struct conv_weights *w) { float_conv_pack(rhs, w, &TILES); }
#endif
