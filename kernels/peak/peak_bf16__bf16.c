/* Products of bfloat16 with sums in fp32: dot products of pairs, and 2 x 2 tiles of 4 products. */
#include "loop.h"
#include <arm_neon.h>

#define HALVES(x) vreinterpretq_bf16_f32(x)
#define A vdupq_n_f32(0.5f)
#define B vdupq_n_f32(0.25f)

#define DOT_STEP(i) acc[i] = vbfdotq_f32(acc[i], HALVES(a), HALVES(b))
PEAK_LOOP(peak_bf16_bfdot12__bf16, "w", float32x4_t, 12, A, B, vdupq_n_f32(0), DOT_STEP)
#define PRODUCT_STEP(i) acc[i] = vbfmmlaq_f32(acc[i], HALVES(a), HALVES(b))
PEAK_LOOP(peak_bf16_bfmmla8__bf16, "w", float32x4_t, 8, A, B, vdupq_n_f32(0), PRODUCT_STEP)
PEAK_LOOP(peak_bf16_bfmmla24__bf16, "w", float32x4_t, 24, A, B, vdupq_n_f32(0), PRODUCT_STEP)
