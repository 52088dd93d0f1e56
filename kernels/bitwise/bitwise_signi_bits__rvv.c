/* bitwise_signi_bits: a comparison of bytes. */
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

typedef int8_t element;
#define LANES(n) __riscv_vsetvl_e8m8(n)
#define NEGATIVE(x, vl) __riscv_vmslt_vx_i8m8_b1(__riscv_vle8_v_i8m8(x, vl), 0, vl)
#define TO_WORDS(mask) __riscv_vreinterpret_v_b1_u64m1(mask)
#define STORE_MASK(to, mask, vl) __riscv_vsm_v_b1(to, mask, vl)
#include "sign_rvv.h"

const struct map_kernel bitwise_signi_bits__rvv = {run};
