/* float_gemm_bf16 by BFMMLA: two rows of A times two columns of B over 4 of K, sums in floats. */
#include "../pack/panel.h"
#include "../pack/walk.h"
#include <arm_neon.h>
#if !defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4, NR = 16, PAIRS = NR / 2, GROUP = 8 }; /* 16 sums, 8 of B, 2 of A: 26 of 32 registers */

static inline uint64_t load_group(const uint8_t *a, size_t bytes) {
    uint64_t value = 0;
    if (bytes >= GROUP)
        return load_u64(a);
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)a[i] << 8 * i;
    return value;
}

/* `bytes`: what A has left of K. */
TILE_INLINE step(float32x4_t sum[MR / 2][PAIRS], const struct tile *t, size_t at, size_t bytes, const uint16_t *b,
                 size_t mr) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r += 2) {
        const uint8_t *row = t->a + r * t->a_stride + at;
        uint64_t low = load_group(row, bytes), high = r + 1 < mr ? load_group(row + t->a_stride, bytes) : 0;
        bfloat16x8_t a = vreinterpretq_bf16_u64(vcombine_u64(vcreate_u64(low), vcreate_u64(high)));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < PAIRS; j++)
            sum[r / 2][j] = vbfmmlaq_f32(sum[r / 2][j], a, vreinterpretq_bf16_u16(vld1q_u16(b + 8 * j)));
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    float32x4_t sum[MR / 2][PAIRS];
    const uint16_t *b = (const uint16_t *)t->panel;
    size_t bytes = 2 * t->k, i = 0;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r += 2)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < PAIRS; j++)
            sum[r / 2][j] = vdupq_n_f32(0);
#pragma clang loop unroll(disable)
    for (; i + GROUP <= bytes; i += GROUP, b += NR * GROUP / 2)
        step(sum, t, i, GROUP, b, mr);
    if (i < bytes)
        step(sum, t, i, bytes - i, b, mr);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < PAIRS; j += 2) {
            float32x4_t x = sum[r / 2][j], y = sum[r / 2][j + 1];
            float32x4_t row = r % 2 ? vcombine_f32(vget_high_f32(x), vget_high_f32(y))
                                    : vcombine_f32(vget_low_f32(x), vget_low_f32(y));
            vst1q_f32((float *)(t->c + r * t->c_stride) + 2 * j, row);
        }
}
TILE_PAIR(tile)

#include "halves.h"

const struct gemm_kernel float_gemm_bf16__bf16 = {run, rhs_bytes, work_bytes, pack_rhs};
