/* bitwise_popcount_bits by vcpop.v of Zvbb. */
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_zvbb)
#error "compile this file with the flags of its token in isa.def"
#endif

static uint32_t count_words(const uint64_t *row, size_t words) {
    const size_t most = __riscv_vsetvlmax_e64m8();
    vuint64m8_t sum = __riscv_vmv_v_x_u64m8(0, most);
    for (size_t vl; words > 0; words -= vl, row += vl) {
        vl = __riscv_vsetvl_e64m8(words);
        vuint64m8_t counts = __riscv_vcpop_v_u64m8(__riscv_vle64_v_u64m8(row, vl), vl);
        sum = __riscv_vadd_vv_u64m8_tu(sum, sum, counts, vl);
    }
    vuint64m1_t total = __riscv_vredsum_vs_u64m8_u64m1(sum, __riscv_vmv_v_x_u64m1(0, 1), most);
    return (uint32_t)__riscv_vmv_x_s_u64m1_u64(total);
}

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++)
        *(int32_t *)row_of_out(g->c, g->c_stride, m) = (int32_t)count_words(row_of(g->a, g->a_stride, m), words);
}

const struct map_kernel bitwise_popcount_bits__zvbb = {run};
