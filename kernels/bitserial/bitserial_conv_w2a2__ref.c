/* The oracle of bitserial_conv_w2a2: weights are bytes there, so A_BITS is all that it depends on. */
#include "../include/kernel.h"

extern const struct conv_kernel bitserial_conv_w1a2__ref;

static void run(const struct conv_args *g) { bitserial_conv_w1a2__ref.run(g); }

static size_t rhs_bytes(const struct conv_shape *s) { return bitserial_conv_w1a2__ref.rhs_bytes(s); }

static size_t work_bytes(const struct conv_shape *s) { return bitserial_conv_w1a2__ref.work_bytes(s); }

static void pack_rhs(void *rhs, const struct conv_weights *w) { bitserial_conv_w1a2__ref.pack_rhs(rhs, w); }

const struct conv_kernel bitserial_conv_w2a2__ref = {run, rhs_bytes, work_bytes, pack_rhs};
