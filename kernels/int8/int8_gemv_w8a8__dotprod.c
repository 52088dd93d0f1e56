/* int8_gemv_w8a8 by SDOT. */
#include "../include/kernel.h"
#include <arm_neon.h>
#include <string.h>
#if !defined(__ARM_FEATURE_DOTPROD)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { STEP = 64, AHEAD = 1024 };
typedef int8_t a_value;

static inline int32_t dot(const a_value *a, const int8_t *row, size_t k) {
    int32x4_t sum[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    for (size_t i = 0; i < k; i += STEP) {
        __builtin_prefetch(row + i + AHEAD);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 4; j++)
            sum[j] = vdotq_s32(sum[j], vld1q_s8(row + i + 16 * j), vld1q_s8(a + i + 16 * j));
    }
    return vaddvq_s32(vaddq_s32(vaddq_s32(sum[0], sum[1]), vaddq_s32(sum[2], sum[3])));
}
#include "gemv_rows.h"

const struct gemm_kernel int8_gemv_w8a8__dotprod = {run, rhs_bytes, work_bytes, pack_rhs};
