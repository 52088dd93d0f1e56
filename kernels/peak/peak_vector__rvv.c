/* Loops over RISC-V vectors. Without Zvbb there is no count of bits: a table of nibbles, or adders in front of the
 * usual arithmetic. */
#include "rvv.h"

#if !defined(__riscv_vector)
#error "needs -mcpu=...+v"
#endif

#define BITS_A __riscv_vmv_v_x_u8m1(0x5a, vl)
#define BITS_B __riscv_vmv_v_x_u8m1(0x33, vl)
#define BITS_ZERO __riscv_vmv_v_x_u8m1(0, vl)
#define AND(x, y) __riscv_vand(x, y, vl)
#define OR(x, y) __riscv_vor(x, y, vl)
#define XOR(x, y) __riscv_vxor(x, y, vl)
#define ADD(x, y) __riscv_vadd(x, y, vl)

/* Ones of each byte: pairs, nibbles, bytes. */
static inline vuint8m1_t byte_counts(vuint8m1_t x, size_t vl) {
    x = __riscv_vsub(x, AND(__riscv_vsrl(x, 1, vl), 0x55), vl);
    x = ADD(AND(x, 0x33), AND(__riscv_vsrl(x, 2, vl), 0x33));
    return AND(ADD(x, __riscv_vsrl(x, 4, vl)), 0x0f);
}

#define SWAR_STEP(acc) acc = ADD(acc, byte_counts(XOR(a, b), vl))
RVV_LOOP(peak_xnor_swar__rvv, RVV_4, vuint8m1_t, vuint8m1_t, __riscv_vsetvl_e8m1, 1, BITS_A, BITS_B, BITS_ZERO,
         SWAR_STEP)

static inline vuint8m1_t nibble_counts(vuint8m1_t x, size_t vl) {
    static const uint8_t counts[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
    const vuint8m1_t table = __riscv_vle8_v_u8m1(counts, 16);
    return ADD(__riscv_vrgather(table, AND(x, 15), vl), __riscv_vrgather(table, __riscv_vsrl(x, 4, vl), vl));
}
#define NIBBLES_STEP(acc) acc = ADD(acc, nibble_counts(XOR(a, b), vl))
RVV_LOOP(peak_xnor_nibbles__rvv, RVV_4, vuint8m1_t, vuint8m1_t, __riscv_vsetvl_e8m1, 1, BITS_A, BITS_B, BITS_ZERO,
         NIBBLES_STEP)

/* Two words into `ones`; the carry of each bit comes out. */
static inline vuint8m1_t adder(vuint8m1_t *ones, vuint8m1_t x, vuint8m1_t y, size_t vl) {
    vuint8m1_t half = XOR(*ones, x), carry = OR(AND(*ones, x), AND(half, y));
    *ones = XOR(half, y);
    return carry;
}

#define CARRY_STEP(acc, ones, twos)                                                                                    \
    do {                                                                                                               \
        vuint8m1_t first = XOR(a, b);                                                                                  \
        OPAQUE("vr", a);                                                                                               \
        acc = ADD(acc, byte_counts(adder(&ones, first, XOR(a, b), vl), vl));                                           \
    } while (0)
RVV_CARRY_LOOP(peak_xnor_carry__rvv, RVV_4, BITS_A, BITS_B, BITS_ZERO, CARRY_STEP)

#define PAIR(name, ones)                                                                                               \
    OPAQUE("vr", a);                                                                                                   \
    vuint8m1_t first_##name = XOR(a, b);                                                                               \
    OPAQUE("vr", a);                                                                                                   \
    vuint8m1_t name = adder(&ones, first_##name, XOR(a, b), vl)
#define CARRY_TWICE_STEP(acc, ones, twos)                                                                              \
    do {                                                                                                               \
        PAIR(low, ones);                                                                                               \
        PAIR(high, ones);                                                                                              \
        acc = ADD(acc, byte_counts(adder(&twos, low, high, vl), vl));                                                  \
    } while (0)
RVV_CARRY_LOOP(peak_xnor_carry_twice__rvv, RVV_4, BITS_A, BITS_B, BITS_ZERO, CARRY_TWICE_STEP)

/* A register of bits is a mask, whose ones vcpop.m counts. */
#define MASK_STEP(sum)                                                                                                 \
    OPAQUE("vr", a);                                                                                                   \
    sum += __riscv_vcpop(__riscv_vmxor(a, b, vl), vl)
void peak_xnor_masks__rvv(uint64_t iterations);
void peak_xnor_masks__rvv(uint64_t iterations) {
    const size_t vl = __riscv_vsetvl_e8m8(RVV_BITS);
    const vuint8m8_t bytes = __riscv_vmv_v_x_u8m8(1, vl);
    vbool1_t a = __riscv_vmseq(bytes, 1, vl), b = __riscv_vmsne(bytes, 1, vl);
    unsigned long sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
    OPAQUE("vr", b);
    for (uint64_t left = iterations * (RVV_BITS / vl); left; left--) {
        MASK_STEP(sum0);
        MASK_STEP(sum1);
        MASK_STEP(sum2);
        MASK_STEP(sum3);
    }
    USED("r", sum0 + sum1 + sum2 + sum3);
}

/* Exact sums: two products of bytes fit 16 bits, then they must be widened. */
#define MACC_STEP(acc)                                                                                                 \
    acc = __riscv_vwadd_wv(acc, __riscv_vwmacc(__riscv_vwmul(a, b, vl), b, a, vl), vl)
RVV_LOOP(peak_int8_vwmacc1__rvv, RVV_4, vint8mf2_t, vint32m2_t, __riscv_vsetvl_e8mf2, 1,
         __riscv_vmv_v_x_i8mf2(3, vl), __riscv_vmv_v_x_i8mf2(-5, vl), __riscv_vmv_v_x_i32m2(0, vl), MACC_STEP)
RVV_LOOP(peak_int8_vwmacc2__rvv, RVV_4, vint8m1_t, vint32m4_t, __riscv_vsetvl_e8m1, 1, __riscv_vmv_v_x_i8m1(3, vl),
         __riscv_vmv_v_x_i8m1(-5, vl), __riscv_vmv_v_x_i32m4(0, vl), MACC_STEP)
/* What sums of 16 bits hold where weights are small. */
#define MACC8_STEP(acc) acc = __riscv_vwmacc(acc, a, b, vl)
RVV_LOOP(peak_int8_vwmacc8__rvv, RVV_8, vint8m1_t, vint16m2_t, __riscv_vsetvl_e8m1, 1, __riscv_vmv_v_x_i8m1(3, vl),
         __riscv_vmv_v_x_i8m1(-1, vl), __riscv_vmv_v_x_i16m2(0, vl), MACC8_STEP)
/* Bytes that were widened beforehand. */
#define MACC16_STEP(acc) acc = __riscv_vwmacc(acc, a, b, vl)
RVV_LOOP(peak_int8_vwmacc16__rvv, RVV_8, vint16m1_t, vint32m2_t, __riscv_vsetvl_e16m1, 2,
         __riscv_vmv_v_x_i16m1(3, vl), __riscv_vmv_v_x_i16m1(-5, vl), __riscv_vmv_v_x_i32m2(0, vl), MACC16_STEP)

#define FMA_STEP(acc) acc = __riscv_vfmacc(acc, a, b, vl)
#define FLOATS(lmul, value) __riscv_vfmv_v_f_f32m##lmul(value, vl)
RVV_LOOP(peak_fp32_fma1__rvv, RVV_8, vfloat32m1_t, vfloat32m1_t, __riscv_vsetvl_e32m1, 4, FLOATS(1, 0.5f),
         FLOATS(1, 0.25f), FLOATS(1, 0), FMA_STEP)
RVV_LOOP(peak_fp32_fma2__rvv, RVV_8, vfloat32m2_t, vfloat32m2_t, __riscv_vsetvl_e32m2, 4, FLOATS(2, 0.5f),
         FLOATS(2, 0.25f), FLOATS(2, 0), FMA_STEP)
RVV_LOOP(peak_fp32_fma4__rvv, RVV_4, vfloat32m4_t, vfloat32m4_t, __riscv_vsetvl_e32m4, 4, FLOATS(4, 0.5f),
         FLOATS(4, 0.25f), FLOATS(4, 0), FMA_STEP)
