/* xnor_conv_w1a1 by vcpop.v of Zvbb: lanes run along the output channels, 64 bits of taps each, and a word of the map
 * enters from a scalar register. Panels are as wide as the registers of the machine that packs. */
#ifndef XNOR_CONV_ZVBB_H
#define XNOR_CONV_ZVBB_H
#include "conv_form.h"
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_zvbb)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4 }; /* 4 pixels x 4 registers of sums, 4 of B, 4 to count in */

/* Signs against thresholds are a mask, which is how bits lie in memory. */
static inline void put_bits(const struct conv_tiles *t, size_t pixel, vint32m2_t sums, size_t vl) {
    const struct conv_args *g = t->args;
    vbool16_t below = __riscv_vmslt_vv_i32m2_b16(sums, __riscv_vle32_v_i32m2(g->threshold + t->column, vl), vl);
    vbool16_t flip = __riscv_vlm_v_b16((const uint8_t *)g->flip + t->column / 8, vl);
    uint8_t *to = (uint8_t *)g->bits + (t->pixel + pixel) * g->bits_stride + t->column / 8;
    __riscv_vsm_v_b16(to, __riscv_vmxor_mm_b16(below, flip, vl), vl);
}

static inline void put(const struct conv_tiles *t, size_t pixel, vuint64m4_t differ, size_t vl) {
    vint32m2_t start = __riscv_vle32_v_i32m2(t->starts[pixel] + t->column, vl);
    vuint32m2_t twice = __riscv_vnsrl_wx_u32m2(__riscv_vadd_vv_u64m4(differ, differ, vl), 0, vl);
    vint32m2_t sums = __riscv_vsub_vv_i32m2(start, __riscv_vreinterpret_v_u32m2_i32m2(twice), vl);
    if (t->sums)
        __riscv_vse32_v_i32m2(t->sums + pixel * t->sums_stride, sums, vl);
    else
        put_bits(t, pixel, sums, vl);
}

#define ADD_WORD(r)                                                                                                    \
    if ((r) < mr)                                                                                                      \
    sum##r = __riscv_vadd_vv_u64m4(                                                                                    \
        sum##r, __riscv_vcpop_v_u64m4(__riscv_vxor_vx_u64m4(b, load_word(t->at[first + (r)] + at), vl), vl), vl)
#define PUT(r)                                                                                                         \
    if ((r) < mr)                                                                                                      \
    put(t, first + (r), sum##r, vl)

TILE_INLINE zvbb_tile(const struct conv_tiles *t, size_t first, size_t mr, size_t nr) {
    size_t vl = __riscv_vsetvl_e64m4(nr);
    const uint64_t *panel = (const uint64_t *)t->panel;
    vuint64m4_t sum0 = __riscv_vmv_v_x_u64m4(0, vl), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (size_t line = 0; line < t->lines; line++) {
        size_t at = line * t->line_bytes, end = at + 8 * t->words;
        for (; at < end; at += 8, panel += nr) {
            vuint64m4_t b = __riscv_vle64_v_u64m4(panel, vl);
            ADD_WORD(0);
            ADD_WORD(1);
            ADD_WORD(2);
            ADD_WORD(3);
        }
    }
    PUT(0);
    PUT(1);
    PUT(2);
    PUT(3);
}

#define FORM_OF(columns)                                                                                               \
    TILE_INLINE tile_##columns(const struct conv_tiles *t, size_t first, size_t mr) {                                  \
        zvbb_tile(t, first, mr, columns);                                                                              \
    }                                                                                                                  \
    TILES_CONV(tile_##columns, MR)                                                                                     \
    static void pack_##columns(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines,    \
                               size_t words) {                                                                         \
        const uint8_t *b = (const uint8_t *)w->b + first * w->b_stride;                                                \
        panel_pack(panels, b, w->b_stride, n, lines * words * 8, columns, 8);                                          \
    }                                                                                                                  \
    static const struct conv_form form_##columns = {                                                                   \
        .nr = columns, .word_bytes = 8, .max_words = SIZE_MAX, .pack = pack_##columns, .tiles = tile_##columns##_all,  \
        .finish_pixel = xnor_conv_finish, .multiple = 64, .ends = 1u << EPILOGUE_BITS};
FORM_OF(8)
FORM_OF(16)
FORM_OF(32)

/* Registers of 128 bits, of 256, and longer ones. */
static const struct conv_form *form_here(void) {
    size_t most = __riscv_vsetvlmax_e64m4();
    return most < 16 ? &form_8 : most < 32 ? &form_16 : &form_32;
}
TILES_KERNEL(*form_here())
#endif
