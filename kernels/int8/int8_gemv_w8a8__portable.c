/* int8_gemv_w8a8 in plain C: A is widened once, so that only B is while it streams by. */
#include "../include/kernel.h"
#include <string.h>

enum { STEP = 16 };
typedef int16_t a_value;

static inline int32_t dot(const a_value *a, const int8_t *row, size_t k) {
    int32_t sum = 0;
    for (size_t i = 0; i < k; i += STEP)
        for (size_t j = 0; j < STEP; j++)
            sum += a[i + j] * row[i + j];
    return sum;
}
#include "gemv_rows.h"

const struct gemm_kernel int8_gemv_w8a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
