/* FMA of half floats over 128 bits. */
#include "loop.h"
#include <arm_neon.h>

#define A vdupq_n_f16((float16_t)0.5f)
#define B vdupq_n_f16((float16_t)0.25f)
#define ZERO vdupq_n_f16((float16_t)0)

#define FMA_STEP(i) acc[i] = vfmaq_f16(acc[i], a, b)
PEAK_LOOP(peak_fp16_fma8__fp16, "w", float16x8_t, 8, A, B, ZERO, FMA_STEP)
PEAK_LOOP(peak_fp16_fma24__fp16, "w", float16x8_t, 24, A, B, ZERO, FMA_STEP)
/* by one element, as a tile with broadcasts does it */
#define LANE_STEP(i) acc[i] = vfmaq_laneq_f16(acc[i], a, b, 0)
PEAK_LOOP(peak_fp16_fma_lane16__fp16, "x", float16x8_t, 16, A, B, ZERO, LANE_STEP)
