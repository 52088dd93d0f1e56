/* lut_gemm_w4a8 by multiplication: where a gather of 16 bytes takes as long as 16 products, a table is no gain. The
 * packed form says how large weights are, so that one body serves all schemes. */
#include "../pack/small_rvv.h"

const struct gemm_kernel lut_gemm_w4a8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
