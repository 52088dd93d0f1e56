/* shift_gemm_pot3a8 by the body of pot4a8: its weights are some of those. */
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif
#define TO shift_gemm_pot4a8__avx2
#include "forward.h"

const struct gemm_kernel shift_gemm_pot3a8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
