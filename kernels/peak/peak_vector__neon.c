/* Loops over 128 bits of NEON, for both Arm architectures. */
#include "loop.h"
#include <arm_neon.h>

#if defined(__aarch64__)
#define FMA vfmaq_f32
#define FMA_LANE vfmaq_lane_f32
#define ADD_PAIRS vpaddq_u8
#else
#define FMA vmlaq_f32 /* VFPv3 has no fused one */
#define FMA_LANE vmlaq_lane_f32
#define ADD_PAIRS(x, y) vcombine_u8(vpadd_u8(vget_low_u8(x), vget_high_u8(x)), vpadd_u8(vget_low_u8(y), vget_high_u8(y)))
#endif

#define BITS_A vdupq_n_u8(0x5a)
#define BITS_B vdupq_n_u8(0x33)
#define COUNT(x, y) vcntq_u8(veorq_u8(x, y))

#define ADD8_STEP(i) acc[i] = vaddq_u8(acc[i], COUNT(a, b))
PEAK_LOOP(peak_xnor_add8__neon, "w", uint8x16_t, 8, BITS_A, BITS_B, vdupq_n_u8(0), ADD8_STEP)

#define UADALP_STEP(i)                                                                                                 \
    acc[i] = vreinterpretq_u8_u16(vpadalq_u8(vreinterpretq_u16_u8(acc[i]), COUNT(a, b)))
PEAK_LOOP(peak_xnor_uadalp__neon, "w", uint8x16_t, 8, BITS_A, BITS_B, vdupq_n_u8(0), UADALP_STEP)

/* a tree of pairwise adds, as the kernels with a horizontal sum use it: 2 words in, 1 word of byte sums out */
#define ADDP_STEP(i)                                                                                                   \
    do {                                                                                                               \
        uint8x16_t first = COUNT(a, b);                                                                                \
        OPAQUE("w", a);                                                                                                \
        acc[i] = vaddq_u8(acc[i], ADD_PAIRS(first, COUNT(a, b)));                                                      \
    } while (0)
PEAK_LOOP(peak_xnor_addp__neon, "w", uint8x16_t, 4, BITS_A, BITS_B, vdupq_n_u8(0), ADDP_STEP)

#if defined(__aarch64__)
/* mask = mask ? x : y; with the intrinsic the compiler keeps a copy of mask */
#define SELECT(mask, x, y) __asm__("bsl %0.16b, %1.16b, %2.16b" : "+w"(mask) : "w"(x), "w"(y))
/* a full adder for three words, as the convolution of gathered pixels has it: the sums of their operands' bits are made
 * beforehand */
#define TRIPLE_STEP(i)                                                                                                 \
    do {                                                                                                               \
        uint8x16_t first = veorq_u8(a, b), half, parity;                                                               \
        OPAQUE("w", a);                                                                                                \
        OPAQUE("w", first);                                                                                            \
        half = veorq_u8(a, b);                                                                                         \
        OPAQUE("w", a);                                                                                                \
        OPAQUE("w", half);                                                                                             \
        parity = veorq_u8(a, b);                                                                                       \
        OPAQUE("w", parity);                                                                                           \
        SELECT(half, parity, first);                                                                                   \
        acc[i] = vaddq_u8(acc[i], vcntq_u8(half));                                                                     \
        sum[i] = vaddq_u8(sum[i], vcntq_u8(parity));                                                                   \
    } while (0)
PEAK_CARRY_LOOP(peak_xnor_triple__neon, "w", uint8x16_t, 4, BITS_A, BITS_B, vdupq_n_u8(0), TRIPLE_STEP)
#endif

#define BYTES(x) vget_low_s8(vreinterpretq_s8_s32(x))
#define SMLAL_STEP(i)                                                                                                  \
    acc[i] = vpadalq_s16(acc[i], vmlal_s8(vmull_s8(BYTES(a), BYTES(b)), BYTES(b), BYTES(a)))
PEAK_LOOP(peak_int8_smlal__neon, "w", int32x4_t, 6, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302), vdupq_n_s32(0),
          SMLAL_STEP)
#define SMULL_STEP(i) acc[i] = vpadalq_s16(acc[i], vmull_s8(BYTES(a), BYTES(b)))
PEAK_LOOP(peak_int8_smull__neon, "w", int32x4_t, 6, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302), vdupq_n_s32(0),
          SMULL_STEP)
/* Bytes that were widened beforehand. */
#define HALVES(x) vget_low_s16(vreinterpretq_s16_s32(x))
#define SMLAL16_STEP(i) acc[i] = vmlal_s16(acc[i], HALVES(a), HALVES(b))
PEAK_LOOP(peak_int8_smlal16__neon, "w", int32x4_t, 12, vdupq_n_s32(0x00030004), vdupq_n_s32(0x00050002),
          vdupq_n_s32(0), SMLAL16_STEP)

#define FMA_STEP(i) acc[i] = FMA(acc[i], a, b)
PEAK_LOOP(peak_fp32_fma8__neon, "w", float32x4_t, 8, vdupq_n_f32(0.5f), vdupq_n_f32(0.25f), vdupq_n_f32(0), FMA_STEP)
PEAK_LOOP(peak_fp32_fma12__neon, "w", float32x4_t, 12, vdupq_n_f32(0.5f), vdupq_n_f32(0.25f), vdupq_n_f32(0), FMA_STEP)
/* by one element, as a tile with broadcasts does it */
#define FMA_LANE_STEP(i) acc[i] = FMA_LANE(acc[i], a, vget_low_f32(b), 0)
PEAK_LOOP(peak_fp32_fma_lane8__neon, "w", float32x4_t, 8, vdupq_n_f32(0.5f), vdupq_n_f32(0.25f), vdupq_n_f32(0),
          FMA_LANE_STEP)
