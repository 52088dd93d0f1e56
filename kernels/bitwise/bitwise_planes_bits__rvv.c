/* bitwise_planes_bits: one comparison for each plane. */
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

static inline vbool1_t plane_of(vuint8m8_t x, unsigned plane, size_t vl) {
    return __riscv_vmsne_vx_u8m8_b1(__riscv_vand_vx_u8m8(x, (uint8_t)(1u << plane), vl), 0, vl);
}

static void planes_row(uint8_t *planes, const uint8_t *x, size_t k, size_t n) {
    const size_t bytes = bits_row_bytes(k), most = __riscv_vsetvlmax_e8m8();
    size_t i = 0, vl;
    for (; i + 64 <= k; i += vl) {
        /* a machine is free to halve a length that takes more than one register */
        vl = __riscv_vsetvl_e8m8(k - i < most ? (k - i) / 64 * 64 : most);
        vuint8m8_t codes = __riscv_vle8_v_u8m8(x + i, vl);
        for (unsigned p = 0; p < n; p++)
            __riscv_vsm_v_b1(planes + p * bytes + i / 8, plane_of(codes, p, vl), vl);
    }
    if (i == k)
        return;
    vl = __riscv_vsetvl_e8m8(k - i);
    vuint8m8_t codes = __riscv_vle8_v_u8m8(x + i, vl);
    for (unsigned p = 0; p < n; p++) {
        uint64_t word = __riscv_vmv_x_s_u64m1_u64(__riscv_vreinterpret_v_b1_u64m1(plane_of(codes, p, vl)));
        word &= ((uint64_t)1 << vl) - 1;
        memcpy(planes + p * bytes + i / 8, &word, 8);
    }
}

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++)
        planes_row(row_of_out(g->c, g->c_stride, m), row_of(g->a, g->a_stride, m), g->k, g->n);
}

const struct map_kernel bitwise_planes_bits__rvv = {run};
