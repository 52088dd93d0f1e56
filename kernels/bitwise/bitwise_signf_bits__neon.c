/* bitwise_signf_bits: a comparison and a shift with insert (SLI) for 4 elements.
 *
 * Lane j keeps its own bit of every four, at the place that the shifts give it. On 32-bit ARM, vectors take the
 * smallest floats for zero; there the comparison is one of integers, which is exact everywhere. */
#include "rows.h"
#include <arm_neon.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

static inline uint32x4_t below_zero(const float *x) {
#if defined(__aarch64__)
    return vcltzq_f32(vld1q_f32(x));
#else
    /* negative numbers but for -0.0, up to -inf, are one range of unsigned integers */
    uint32x4_t from_first = vaddq_u32(vreinterpretq_u32_f32(vld1q_f32(x)), vdupq_n_u32(0x7fffffffu));
    return vcltq_u32(from_first, vdupq_n_u32(0x7f800000u));
#endif
}

static inline uint32_t signs_of_32(const float *x) {
    static const uint32_t mine[4] = {0x11111111u, 0x22222222u, 0x44444444u, 0x88888888u};
    uint32x4_t bits = below_zero(x + 28);
    for (int i = 24; i >= 0; i -= 4)
        bits = vsliq_n_u32(below_zero(x + i), bits, 4);
    bits = vandq_u32(bits, vld1q_u32(mine));
    uint32x2_t pairs = vorr_u32(vget_low_u32(bits), vget_high_u32(bits));
    return vget_lane_u32(pairs, 0) | vget_lane_u32(pairs, 1);
}

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const float *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64)
            bits[i / 64] = signs_of_32(x + i) | (uint64_t)signs_of_32(x + i + 32) << 32;
        if (i < g->k)
            bits[i / 64] = signs_of_floats(x + i, g->k - i);
    }
}

const struct map_kernel bitwise_signf_bits__neon = {run};
