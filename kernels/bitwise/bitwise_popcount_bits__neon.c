/* bitwise_popcount_bits by CNT: byte counts of 15 pairs of vectors fit a byte, then go into 32-bit sums. */
#include "rows.h"
#include <arm_neon.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { PAIR = 4, ROUND = 15 }; /* words of two vectors; such pairs in a round: 30 counts of at most 8 */

static uint32_t count_words(const uint64_t *row, size_t words) {
    uint32x4_t sum = vdupq_n_u32(0);
    size_t i = 0, whole = words / PAIR * PAIR;
    while (i < whole) {
        size_t end = i + ROUND * PAIR < whole ? i + ROUND * PAIR : whole;
        uint8x16_t even = vdupq_n_u8(0), odd = even;
        for (; i < end; i += PAIR) {
            even = vaddq_u8(even, vcntq_u8(vreinterpretq_u8_u64(vld1q_u64(row + i))));
            odd = vaddq_u8(odd, vcntq_u8(vreinterpretq_u8_u64(vld1q_u64(row + i + 2))));
        }
        sum = vpadalq_u16(sum, vpadalq_u8(vpaddlq_u8(even), odd));
    }
    for (; i < words; i++) {
        uint8x8_t last = vcnt_u8(vcreate_u8(row[i]));
        sum = vpadalq_u16(sum, vcombine_u16(vpaddl_u8(last), vdup_n_u16(0)));
    }
    uint64x2_t both = vpaddlq_u32(sum);
    return (uint32_t)(vgetq_lane_u64(both, 0) + vgetq_lane_u64(both, 1));
}

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++)
        *(int32_t *)row_of_out(g->c, g->c_stride, m) = (int32_t)count_words(row_of(g->a, g->a_stride, m), words);
}

const struct map_kernel bitwise_popcount_bits__neon = {run};
