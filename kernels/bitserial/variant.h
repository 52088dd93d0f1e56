/* A variant of gemm or gemv: the body BODY with W_BITS planes of weights and A_BITS of activations. */
#include "body/body.h"

static const struct bitserial_bits bits = {W_BITS, A_BITS};

static void run(const struct gemm_args *g) { bitserial_run(&BODY, bits, g); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return bitserial_rhs_bytes(&BODY, bits, n, k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n;
    return bitserial_work_bytes(&BODY, bits, m, k);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) { bitserial_pack(&BODY, bits, rhs, w); }
