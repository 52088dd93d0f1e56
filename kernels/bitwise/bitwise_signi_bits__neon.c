/* bitwise_signi_bits: masks of negative bytes, added up to bits. */
#include "mask_bits.h"
#include "rows.h"
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

static inline uint8x16_t below_zero(const uint8_t *x) {
    return vcltq_s8(vreinterpretq_s8_u8(vld1q_u8(x)), vdupq_n_s8(0));
}

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64)
            bits[i / 64] = word_of_masks(below_zero(x + i), below_zero(x + i + 16), below_zero(x + i + 32),
                                         below_zero(x + i + 48));
        if (i < g->k)
            bits[i / 64] = bits_of_bytes(x + i, g->k - i, 7);
    }
}

const struct map_kernel bitwise_signi_bits__neon = {run};
