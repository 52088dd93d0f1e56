/* Bit-planes by vcpop.v, for any length of vectors. Lanes run along N, 32 bits of K each; a panel is as wide as a group
 * of two registers. Weights of planes go from the top down: the sum doubles between two of them. */
#include "body.h"
#include <riscv_vector.h>
#if !defined(__riscv_zvbb)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4, COLUMNS = 64 };

static size_t nr(void) {
    size_t lanes = __riscv_vsetvlmax_e32m2();
    return lanes < COLUMNS ? lanes : COLUMNS;
}

static inline vuint32m2_t add_ones(vuint32m2_t sum, const uint8_t *a, vuint32m2_t b, size_t vl) {
    return __riscv_vadd(sum, __riscv_vcpop(__riscv_vand(b, load_u32(a), vl), vl), vl);
}

static inline void put(const struct tile *t, size_t r, vuint32m2_t sum, vuint32m2_t columns, size_t vl) {
    sum = __riscv_vadd(__riscv_vmul(sum, terms_of(t)->scale, vl), row_term(t, r), vl);
    __riscv_vse32((uint32_t *)(t->c + r * t->c_stride), __riscv_vadd(sum, columns, vl), vl);
}

/* Vectors have no arrays: rows that a tile lacks are compiled out by hand. */
TILE_INLINE tile(const struct tile *t, size_t mr) {
    const struct bitserial_terms *terms = terms_of(t);
    size_t row_bytes = bits_row_bytes(t->k), steps = row_bytes / 4, w = terms->bits.w, a = terms->bits.a, vl = nr();
    const uint32_t *panel = (const uint32_t *)t->panel;
    vuint32m2_t sum0 = __riscv_vmv_v_x_u32m2(0, vl), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (size_t weight = w + a - 1; weight-- > 0;) {
        sum0 = __riscv_vadd(sum0, sum0, vl), sum1 = __riscv_vadd(sum1, sum1, vl);
        sum2 = __riscv_vadd(sum2, sum2, vl), sum3 = __riscv_vadd(sum3, sum3, vl);
        for (size_t p = 0; p < w && p <= weight; p++) {
            if (weight - p >= a)
                continue;
            const uint8_t *row = t->a + (weight - p) * row_bytes;
            const uint32_t *from = panel + p * steps * vl;
            for (size_t i = 0; i < steps; i++, row += 4, from += vl) {
                vuint32m2_t b = __riscv_vle32_v_u32m2(from, vl);
                sum0 = add_ones(sum0, row, b, vl);
                if (mr > 1) {
                    sum1 = add_ones(sum1, row + t->a_stride, b, vl);
                    sum2 = add_ones(sum2, row + 2 * t->a_stride, b, vl);
                    sum3 = add_ones(sum3, row + 3 * t->a_stride, b, vl);
                }
            }
        }
    }
    vuint32m2_t columns = __riscv_vle32_v_u32m2(panel + w * steps * vl, vl);
    put(t, 0, sum0, columns, vl);
    if (mr > 1) {
        put(t, 1, sum1, columns, vl);
        put(t, 2, sum2, columns, vl);
        put(t, 3, sum3, columns, vl);
    }
}
enum { NR = 0 }; /* see nr() */
TILE_PAIR(tile)

const struct bitserial_body counts__zvbb = {
    &tile_pair, 32, bitserial_row, bitserial_planes, 0, false, nr,
};
