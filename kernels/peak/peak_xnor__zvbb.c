/* Binary loops with vcpop.v. */
#include "rvv.h"

#if !defined(__riscv_zvbb)
#error "needs -mcpu=...+zvbb"
#endif

#define BITS(lmul, value) __riscv_vmv_v_x_u8m##lmul(value, vl)
#define COUNT_STEP(acc) acc = __riscv_vadd(acc, __riscv_vcpop(__riscv_vxor(a, b, vl), vl), vl)
RVV_LOOP(peak_xnor_vcpop1__zvbb, RVV_8, vuint8m1_t, vuint8m1_t, __riscv_vsetvl_e8m1, 1, BITS(1, 0x5a), BITS(1, 0x33),
         BITS(1, 0), COUNT_STEP)
RVV_LOOP(peak_xnor_vcpop2__zvbb, RVV_4, vuint8m2_t, vuint8m2_t, __riscv_vsetvl_e8m2, 1, BITS(2, 0x5a), BITS(2, 0x33),
         BITS(2, 0), COUNT_STEP)
RVV_LOOP(peak_xnor_vcpop4__zvbb, RVV_4, vuint8m4_t, vuint8m4_t, __riscv_vsetvl_e8m4, 1, BITS(4, 0x5a), BITS(4, 0x33),
         BITS(4, 0), COUNT_STEP)

/* Two words and the running sum bits through a full adder; only its carries are counted. */
#define CARRY_STEP(acc, ones, twos)                                                                                    \
    do {                                                                                                               \
        vuint8m1_t x = __riscv_vxor(a, b, vl), half = __riscv_vxor(ones, x, vl);                                       \
        OPAQUE("vr", a);                                                                                               \
        vuint8m1_t y = __riscv_vxor(a, b, vl);                                                                         \
        vuint8m1_t carry = __riscv_vor(__riscv_vand(ones, x, vl), __riscv_vand(half, y, vl), vl);                      \
        ones = __riscv_vxor(half, y, vl);                                                                              \
        acc = __riscv_vadd(acc, __riscv_vcpop(carry, vl), vl);                                                         \
    } while (0)
RVV_CARRY_LOOP(peak_xnor_carry__zvbb, RVV_4, BITS(1, 0x5a), BITS(1, 0x33), BITS(1, 0), CARRY_STEP)
