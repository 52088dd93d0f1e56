/* int8_gemv_w8a8 for base NEON: two products of at most 128 * 127 fit 16 bits, then pairs go to the 32-bit sums. */
#include "../include/kernel.h"
#include <arm_neon.h>
#include <string.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { STEP = 32, AHEAD = 512 };
typedef int8_t a_value;

static inline int32x4_t add_products(int32x4_t sum, const int8_t *a, const int8_t *b) {
    int8x16_t x = vld1q_s8(a), w = vld1q_s8(b);
    int16x8_t products = vmull_s8(vget_low_s8(x), vget_low_s8(w));
    return vpadalq_s16(sum, vmlal_s8(products, vget_high_s8(x), vget_high_s8(w)));
}

static inline int32_t dot(const a_value *a, const int8_t *row, size_t k) {
    int32x4_t even = vdupq_n_s32(0), odd = even;
    for (size_t i = 0; i < k; i += STEP) {
        __builtin_prefetch(row + i + AHEAD);
        even = add_products(even, a + i, row + i);
        odd = add_products(odd, a + i + 16, row + i + 16);
    }
    int64x2_t two = vpaddlq_s32(vaddq_s32(even, odd));
    return (int32_t)(vgetq_lane_s64(two, 0) + vgetq_lane_s64(two, 1));
}
#include "gemv_rows.h"

const struct gemm_kernel int8_gemv_w8a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
