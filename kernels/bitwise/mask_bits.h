/* 64 byte masks (0 or 255) to 64 bits: every byte keeps the bit of its place among 8, then neighbours are added. */
#ifndef BITWISE_MASK_BITS_H
#define BITWISE_MASK_BITS_H
#include <arm_neon.h>

static inline uint64_t word_of_masks(uint8x16_t m0, uint8x16_t m1, uint8x16_t m2, uint8x16_t m3) {
    const uint8x16_t place = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
    m0 = vandq_u8(m0, place), m1 = vandq_u8(m1, place), m2 = vandq_u8(m2, place), m3 = vandq_u8(m3, place);
#if defined(__aarch64__)
    uint8x16_t quarters = vpaddq_u8(vpaddq_u8(m0, m1), vpaddq_u8(m2, m3));
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(quarters, quarters)), 0);
#else
    uint8x8_t low = vpadd_u8(vpadd_u8(vget_low_u8(m0), vget_high_u8(m0)), vpadd_u8(vget_low_u8(m1), vget_high_u8(m1)));
    uint8x8_t high = vpadd_u8(vpadd_u8(vget_low_u8(m2), vget_high_u8(m2)), vpadd_u8(vget_low_u8(m3), vget_high_u8(m3)));
    return vget_lane_u64(vreinterpret_u64_u8(vpadd_u8(low, high)), 0);
#endif
}
#endif
