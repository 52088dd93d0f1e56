/* SDOT over 128 bits. */
#include "loop.h"
#include <arm_neon.h>

#define BYTES(x) vreinterpretq_s8_s32(x)
#define DOT_STEP(i) acc[i] = vdotq_s32(acc[i], BYTES(a), BYTES(b))
PEAK_LOOP(peak_int8_sdot8__dotprod, "w", int32x4_t, 8, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302),
          vdupq_n_s32(0), DOT_STEP)
/* by one group of four, as a tile with broadcasts does it */
#define LANE_STEP(i) acc[i] = vdotq_laneq_s32(acc[i], BYTES(a), BYTES(b), 0)
PEAK_LOOP(peak_int8_sdot_lane16__dotprod, "w", int32x4_t, 16, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302),
          vdupq_n_s32(0), LANE_STEP)
PEAK_LOOP(peak_int8_sdot24__dotprod, "w", int32x4_t, 24, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302),
          vdupq_n_s32(0), DOT_STEP)
