/* ternary_gemv_terna1 with the cpop instruction of Zbb. */
#define MAKE_TILES TILES_1
enum { MR = 1, NR = 4 };
#include "bits_words.h"

const struct gemm_kernel ternary_gemv_terna1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
