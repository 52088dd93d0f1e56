/* bitwise_popcount_bits: a register of bits is a mask, and vcpop.m counts a mask. */
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

static void run(const struct map_args *g) {
    const size_t bits = bits_row_bytes(g->k) * 8, most = __riscv_vsetvlmax_e8m8();
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *row = row_of(g->a, g->a_stride, m);
        unsigned long sum = 0;
        for (size_t i = 0, vl; i < bits; i += vl) {
            /* a machine is free to halve a length that takes more than one register */
            vl = __riscv_vsetvl_e8m8(bits - i < most ? bits - i : most);
            sum += __riscv_vcpop_m_b1(__riscv_vlm_v_b1(row + i / 8, vl), vl);
        }
        *(int32_t *)row_of_out(g->c, g->c_stride, m) = (int32_t)sum;
    }
}

const struct map_kernel bitwise_popcount_bits__rvv = {run};
