/* float_gemm_fp16 by FMLA on halves. A half holds 11 bits, so only 8 products are summed in halves; these short sums
 * go into floats. */
#include "../pack/panel.h"
#include "../pack/walk.h"
#include <arm_neon.h>
#if !defined(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4, NV = 2, NR = 8 * NV, GROUP = 2, BLOCK = 8 }; /* 16 sums, 8 short ones, 2 of B, 4 of A: 30 of 32 */

TILE_INLINE flush(float32x4_t sum[2 * NV], const float16x8_t part[NV]) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++) {
        sum[2 * j] = vaddq_f32(sum[2 * j], vcvt_f32_f16(vget_low_f16(part[j])));
        sum[2 * j + 1] = vaddq_f32(sum[2 * j + 1], vcvt_high_f32_f16(part[j]));
    }
}

static inline float16x8_t load_halves(const void *from) {
    return vreinterpretq_f16_u16(vld1q_u16((const uint16_t *)from));
}

#define LANE(i)                                                                                                        \
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < mr; r++)                                                 \
        _Pragma("clang loop unroll(full)") for (size_t j = 0; j < NV; j++) {                                           \
        float16x8_t column = load_halves(b + (i) * NR + 8 * j);                                                        \
        part[r][j] = (i) ? vfmaq_laneq_f16(part[r][j], column, a[r], i) : vmulq_laneq_f16(column, a[r], i);            \
    }

TILE_INLINE block(float32x4_t sum[MR][2 * NV], const struct tile *t, size_t at, const uint16_t *b, size_t mr) {
    float16x8_t a[MR], part[MR][NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
        a[r] = load_halves(t->a + r * t->a_stride + 2 * at);
    LANE(0) LANE(1) LANE(2) LANE(3) LANE(4) LANE(5) LANE(6) LANE(7)
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
        flush(sum[r], part[r]);
}

TILE_INLINE single(float32x4_t sum[MR][2 * NV], const struct tile *t, size_t at, const uint16_t *b, size_t mr) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        float16x8_t part[NV];
        float16x8_t a = vreinterpretq_f16_u16(vld1q_dup_u16((const uint16_t *)(t->a + r * t->a_stride) + at));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            part[j] = vmulq_f16(load_halves(b + 8 * j), a);
        flush(sum[r], part);
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    float32x4_t sum[MR][2 * NV];
    const uint16_t *b = (const uint16_t *)t->panel;
    size_t i = 0;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 2 * NV; j++)
            sum[r][j] = vdupq_n_f32(0);
#pragma clang loop unroll(disable)
    for (; i + BLOCK <= t->k; i += BLOCK, b += BLOCK * NR)
        block(sum, t, i, b, mr);
#pragma clang loop unroll(disable)
    for (; i < t->k; i++, b += NR)
        single(sum, t, i, b, mr);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 2 * NV; j++)
            vst1q_f32((float *)(t->c + r * t->c_stride) + 4 * j, sum[r][j]);
}
TILE_PAIR(tile)

#include "halves.h"

const struct gemm_kernel float_gemm_fp16__fp16 = {run, rhs_bytes, work_bytes, pack_rhs};
