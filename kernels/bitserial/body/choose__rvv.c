/* Bit-planes by vrgather as a table, for any length of vectors from 128 bits on; what the table is, says choose.h. A
 * panel is as wide as a register of bytes. */
#include "body.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4, COLUMNS = 128 };
/* A byte takes 21 counts of at most 12; 16 bits then take 260 such rounds. */
enum { ROUND = 21, ROUNDS = 260 };

static size_t nr(void) {
    size_t lanes = __riscv_vsetvlmax_e8m1();
    return lanes < COLUMNS ? lanes : COLUMNS;
}

static void spread(uint8_t *to, const uint8_t *planes, size_t row_bytes, unsigned bits) {
    for (size_t p = 0; p < bits; p += 2, planes += 2 * row_bytes)
        for (size_t i = 0; i < row_bytes; i++, to += 2) {
            unsigned low = planes[i], high = p + 1 < bits ? planes[row_bytes + i] : 0;
            to[0] = (uint8_t)((low & 15) | high << 4);
            to[1] = (uint8_t)(low >> 4 | (high & 0xf0));
        }
}

static inline vuint8m1_t add_chosen(vuint8m1_t sum, const uint8_t *counts, size_t number, vuint8m1_t b, size_t vl) {
    vuint8m1_t chosen = __riscv_vle8_v_u8m1(counts + 16 * number, 16);
    return __riscv_vadd(sum, __riscv_vrgather(chosen, b, vl), vl);
}

struct walk {
    const uint8_t *a, *b, *counts;
    size_t a_stride, steps, vl;
};

/* One plane of B and two of A, of up to MR rows; what was summed before is worth 2^shift now. */
TILE_INLINE pass(const struct walk *at, uint32_t (*total)[COLUMNS], unsigned shift, size_t mr) {
    size_t vl = at->vl, stride = at->a_stride;
    for (size_t i = 0; i < at->steps; shift = 0) {
        vuint16m2_t wide0 = __riscv_vmv_v_x_u16m2(0, vl), wide1 = wide0, wide2 = wide0, wide3 = wide0;
        for (size_t rounds = 0; rounds < ROUNDS && i < at->steps; rounds++) {
            size_t end = at->steps - i < ROUND ? at->steps : i + ROUND;
            vuint8m1_t sum0 = __riscv_vmv_v_x_u8m1(0, vl), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            for (; i < end; i++) {
                vuint8m1_t b = __riscv_vle8_v_u8m1(at->b + i * vl, vl);
                const uint8_t *a = at->a + i;
                sum0 = add_chosen(sum0, at->counts, a[0], b, vl);
                if (mr > 1) {
                    sum1 = add_chosen(sum1, at->counts, a[stride], b, vl);
                    sum2 = add_chosen(sum2, at->counts, a[2 * stride], b, vl);
                    sum3 = add_chosen(sum3, at->counts, a[3 * stride], b, vl);
                }
            }
            wide0 = __riscv_vwaddu_wv(wide0, sum0, vl), wide1 = __riscv_vwaddu_wv(wide1, sum1, vl);
            wide2 = __riscv_vwaddu_wv(wide2, sum2, vl), wide3 = __riscv_vwaddu_wv(wide3, sum3, vl);
        }
#define FOLD(r)                                                                                                        \
    do {                                                                                                               \
        vuint32m4_t before = __riscv_vsll(__riscv_vle32_v_u32m4(total[r], vl), shift, vl);                             \
        __riscv_vse32(total[r], __riscv_vwaddu_wv(before, wide##r, vl), vl);                                           \
    } while (0)
        FOLD(0);
        if (mr > 1) {
            FOLD(1);
            FOLD(2);
            FOLD(3);
        }
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    const struct bitserial_terms *terms = terms_of(t);
    size_t w = terms->bits.w, pairs = (terms->bits.a + 1) / 2, steps = 2 * bits_row_bytes(t->k), last = w + 2 * pairs;
    struct walk at = {.counts = terms->counts, .a_stride = t->a_stride, .steps = steps, .vl = nr()};
    uint32_t total[MR][COLUMNS];
    memset(total, 0, sizeof total);
    for (size_t weight = w + 2 * pairs - 2; weight-- > 0;)
        for (size_t p = 0; p < pairs && 2 * p <= weight; p++)
            if (weight - 2 * p < w) {
                at.a = t->a + p * steps;
                at.b = t->panel + (weight - 2 * p) * steps * at.vl;
                pass(&at, total, (unsigned)(last - weight), mr);
                last = weight;
            }
    const uint32_t *columns = (const uint32_t *)(t->panel + w * steps * at.vl);
    for (size_t r = 0; r < mr; r++) {
        uint32_t row = row_term(t, r), *c = (uint32_t *)(t->c + r * t->c_stride);
        for (size_t j = 0; j < at.vl; j++)
            c[j] = terms->scale * total[r][j] + row + columns[j];
    }
}
enum { NR = 0 }; /* see nr() */
TILE_PAIR(tile)

const struct bitserial_body choose__rvv = {
    &tile_pair, 4, bitserial_row, bitserial_planes, spread, false, nr,
};
