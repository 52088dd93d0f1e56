/* bitwise_signf_bits: a comparison of floats. */
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

typedef float element;
#define LANES(n) __riscv_vsetvl_e32m8(n)
#define NEGATIVE(x, vl) __riscv_vmflt_vf_f32m8_b4(__riscv_vle32_v_f32m8(x, vl), 0, vl)
#define TO_WORDS(mask) __riscv_vreinterpret_v_b4_u64m1(mask)
#define STORE_MASK(to, mask, vl) __riscv_vsm_v_b4(to, mask, vl)
#include "sign_rvv.h"

const struct map_kernel bitwise_signf_bits__rvv = {run};
