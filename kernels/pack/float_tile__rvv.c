/* Six rows of four registers of sums and four of B; an element of A enters from a scalar register. */
#include "float_rvv.h"
#include <riscv_vector.h>
#include <stddef.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, BLOCK_BYTES = 128 << 10, COLUMNS = PRODUCT_COLUMNS, CROWDED = 2048 };
typedef vfloat32m4_t vec;

#define A_OF(r) (*(const float *)(a + (r) * t->a_stride))
#define ADD(r)                                                                                                         \
    if ((r) < mr)                                                                                                      \
    sum##r = __riscv_vfmacc_vf_f32m4(sum##r, A_OF(r), b, vl)
#define STORE(r)                                                                                                       \
    if ((r) < mr) {                                                                                                    \
        float *c_ = t->c + (r) * t->c_stride;                                                                          \
        if (t->more)                                                                                                   \
            sum##r = __riscv_vfadd_vv_f32m4(sum##r, __riscv_vle32_v_f32m4(c_, vl), vl);                                \
        __riscv_vse32_v_f32m4(c_, sum##r, vl);                                                                         \
    }

static inline __attribute__((always_inline)) void tile(const struct float_tile *t, size_t mr, size_t nr) {
    size_t vl = __riscv_vsetvl_e32m4(nr);
    const uint8_t *a = t->a, *end = a + 4 * t->k;
    const float *from = t->b;
    vec sum0 = __riscv_vfmv_v_f_f32m4(0, vl), sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0, sum5 = sum0;
#pragma clang loop unroll_count(2)
    for (; a < end; a += 4, from += nr) {
        vec b = __riscv_vle32_v_f32m4(from, vl);
        ADD(0);
        ADD(1);
        ADD(2);
        ADD(3);
        ADD(4);
        ADD(5);
    }
    STORE(0);
    STORE(1);
    STORE(2);
    STORE(3);
    STORE(4);
    STORE(5);
}

/* A constant for each length of register spares the walk and the tile a look at it: 128 bits, 256, and from 512 on. */
#define TILES_OF(nr)                                                                                                   \
    static void tile_1x##nr(const struct float_tile *t) { tile(t, 1, nr); }                                            \
    static void tile_2x##nr(const struct float_tile *t) { tile(t, 2, nr); }                                            \
    static void tile_4x##nr(const struct float_tile *t) { tile(t, 4, nr); }                                            \
    static void tile_6x##nr(const struct float_tile *t) { tile(t, 6, nr); }                                            \
    static const struct float_tile_size sizes_##nr[] = {                                                               \
        {1, tile_1x##nr, NULL}, {2, tile_2x##nr, NULL}, {4, tile_4x##nr, NULL}, {6, tile_6x##nr, NULL}};               \
    static const struct float_tiles tiles_##nr = {MR, nr, BLOCK_BYTES, COLUMNS, CROWDED, sizes_##nr, NULL, NULL};      \
    _Static_assert(MR * (nr) <= PRODUCT_MAX_TILE && PRODUCT_COLUMNS % (nr) == 0, "a tile fits the walk");
TILES_OF(16)
TILES_OF(32)
TILES_OF(64)

const struct float_tiles *float_tiles_rvv(void) {
    size_t most = __riscv_vsetvlmax_e32m4();
    return most < 32 ? &tiles_16 : most < 64 ? &tiles_32 : &tiles_64;
}
