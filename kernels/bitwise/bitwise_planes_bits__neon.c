/* bitwise_planes_bits: masks of the bytes that have a bit, added up to the plane of it. */
#include "mask_bits.h"
#include "rows.h"
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *x = row_of(g->a, g->a_stride, m);
        uint64_t *planes = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64) {
            uint8x16_t x0 = vld1q_u8(x + i), x1 = vld1q_u8(x + i + 16), x2 = vld1q_u8(x + i + 32);
            uint8x16_t x3 = vld1q_u8(x + i + 48), bit = vdupq_n_u8(1);
            for (size_t p = 0; p < g->n; p++, bit = vaddq_u8(bit, bit))
                planes[p * words + i / 64] =
                    word_of_masks(vtstq_u8(x0, bit), vtstq_u8(x1, bit), vtstq_u8(x2, bit), vtstq_u8(x3, bit));
        }
        for (unsigned p = 0; i < g->k && p < g->n; p++)
            planes[p * words + i / 64] = bits_of_bytes(x + i, g->k - i, p);
    }
}

const struct map_kernel bitwise_planes_bits__neon = {run};
