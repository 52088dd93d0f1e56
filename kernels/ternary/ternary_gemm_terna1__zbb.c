/* ternary_gemm_terna1 with the cpop instruction of Zbb. */
#define FAST_COUNT
enum { MR = 2, NR = 4 };
#include "bits_words.h"

const struct gemm_kernel ternary_gemm_terna1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
