/* float_gemm_fp32 by NEON. Lanes run along N, A is copied to all lanes. */
#include "../pack/tiles.h"
#include <arm_neon.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

#if defined(__aarch64__)
enum { MR = 4, NV = 4 }; /* 16 sums of 32 registers */
#define MULTIPLY_ADD vfmaq_f32
#else
enum { MR = 4, NV = 2 }; /* 8 sums of 16 registers */
#define MULTIPLY_ADD vmlaq_f32 /* VFPv3 has no fused one */
#endif
enum { NR = 4 * NV };

TILE_INLINE tile(const struct tile *t, size_t mr) {
    float32x4_t sum[MR][NV];
    const float *b = (const float *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vdupq_n_f32(0);
    for (size_t i = 0; i < t->k; i++, b += NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            float32x4_t a = vdupq_n_f32(((const float *)(t->a + r * t->a_stride))[i]);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = MULTIPLY_ADD(sum[r][j], a, vld1q_f32(b + 4 * j));
        }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            vst1q_f32((float *)(t->c + r * t->c_stride) + 4 * j, sum[r][j]);
}
TILES_4(tile)

#include "panels.h"

const struct gemm_kernel float_gemm_fp32__neon = {run, rhs_bytes, work_bytes, pack_rhs};
