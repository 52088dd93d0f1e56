/* Weights stored as w + 1 add the sum of A's row too much; its negative is what a row of sums begins with. */
#ifndef TERNARY_ROW_SUMS_H
#define TERNARY_ROW_SUMS_H
#include "../include/kernel.h"

static void row_sums(int32_t *offset, const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
        int32_t sum = 0;
        for (size_t i = 0; i < g->k; i++)
            sum += a[i];
        offset[m] = -sum;
    }
}
#endif
