/* ternary_gemm_terna1 in plain C. */
enum { MR = 1, NR = 4 };
#include "bits_words.h"

const struct gemm_kernel ternary_gemm_terna1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
