/* A variant of conv: the body BODY with W_BITS planes of weights and A_BITS of activations. */
#include "body/body.h"

static const struct bitserial_bits bits = {W_BITS, A_BITS};

static void run(const struct conv_args *g) { bitserial_conv_run(&BODY, bits, g); }

static size_t rhs_bytes(const struct conv_shape *s) { return bitserial_conv_rhs_bytes(&BODY, bits, s); }

static size_t work_bytes(const struct conv_shape *s) { return bitserial_conv_work_bytes(&BODY, bits, s); }

static void pack_rhs(void *rhs, const struct conv_weights *w) { bitserial_conv_pack(&BODY, bits, rhs, w); }
