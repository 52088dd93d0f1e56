/* Elements of 2 bytes to floats, and vectors, for RISC-V's vectors of any length. */
#include "forms_rvv.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

typedef vfloat32m8_t vec;

/* half_float of forms.h: integers but for the halves below 2^-14. */
static inline vec half_vector(vuint16m4_t half, size_t vl) {
    vuint32m8_t wide = __riscv_vzext_vf2_u32m8(half, vl);
    vuint32m8_t magnitude = __riscv_vand_vx_u32m8(wide, 0x7fff, vl);
    vuint32m8_t word = __riscv_vadd_vx_u32m8(__riscv_vsll_vx_u32m8(magnitude, 13, vl), (127 - 15) << 23, vl);
    vbool4_t endless = __riscv_vmsgtu_vx_u32m8_b4(magnitude, 0x7bff, vl);
    vbool4_t tiny = __riscv_vmsltu_vx_u32m8_b4(magnitude, 0x400, vl);
    vec small = __riscv_vfmul_vf_f32m8(__riscv_vfcvt_f_xu_v_f32m8(magnitude, vl), 0x1p-24f, vl);
    word = __riscv_vor_vx_u32m8_mu(endless, word, word, 255u << 23, vl);
    word = __riscv_vmerge_vvm_u32m8(word, __riscv_vreinterpret_v_f32m8_u32m8(small), tiny, vl);
    wide = __riscv_vsll_vx_u32m8(__riscv_vand_vx_u32m8(wide, 0x8000, vl), 16, vl);
    return __riscv_vreinterpret_v_u32m8_f32m8(__riscv_vor_vv_u32m8(word, wide, vl));
}

static inline vec upper_vector(vuint16m4_t upper, size_t vl) {
    vuint32m8_t wide = __riscv_vzext_vf2_u32m8(upper, vl);
    return __riscv_vreinterpret_v_u32m8_f32m8(__riscv_vsll_vx_u32m8(wide, 16, vl));
}

#define TO_FLOATS(name, one)                                                                                           \
    void name(float *to, const uint8_t *from, size_t count) {                                                          \
        const uint16_t *elements = (const uint16_t *)from;                                                             \
        for (size_t vl; count > 0; count -= vl, elements += vl, to += vl) {                                            \
            vl = __riscv_vsetvl_e32m8(count);                                                                          \
            __riscv_vse32_v_f32m8(to, one(__riscv_vle16_v_u16m4(elements, vl), vl), vl);                               \
        }                                                                                                              \
    }
TO_FLOATS(float_halves__rvv, half_vector)
TO_FLOATS(float_uppers__rvv, upper_vector)

/* B passes by once. Two sums, so that one is read while the other is added to. */
static inline __attribute__((always_inline)) void panel(float *sums, const float *a, const float *b, size_t k,
                                                        bool more, size_t nr) {
    size_t vl = __riscv_vsetvl_e32m8(nr), i = 0;
    vec even = __riscv_vfmv_v_f_f32m8(0, vl), odd = even;
    if (more)
        even = __riscv_vle32_v_f32m8(sums, vl);
    for (; i + 2 <= k; i += 2, b += 2 * nr) {
        even = __riscv_vfmacc_vf_f32m8(even, a[i], __riscv_vle32_v_f32m8(b, vl), vl);
        odd = __riscv_vfmacc_vf_f32m8(odd, a[i + 1], __riscv_vle32_v_f32m8(b + nr, vl), vl);
    }
    if (i < k)
        even = __riscv_vfmacc_vf_f32m8(even, a[i], __riscv_vle32_v_f32m8(b, vl), vl);
    __riscv_vse32_v_f32m8(sums, __riscv_vfadd_vv_f32m8(even, odd, vl), vl);
}
#define VECTOR_OF(nr)                                                                                                  \
    static void panel_##nr(float *sums, const float *a, const float *b, size_t k, bool more) {                         \
        panel(sums, a, b, k, more, nr);                                                                                \
    }                                                                                                                  \
    static const struct float_vector vector_##nr = {panel_##nr, nr};
VECTOR_OF(32)
VECTOR_OF(64)

const struct float_vector *float_vector_rvv(void) {
    return __riscv_vsetvlmax_e32m8() < 64 ? &vector_32 : &vector_64;
}
