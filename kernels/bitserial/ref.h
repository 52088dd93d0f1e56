/* The oracle: every code of A put together from its planes, multiplied with its weight, added. A_BITS planes. */
#include "../include/kernel.h"
#include "../pack/panel.h"

static int64_t code_at(const uint64_t *row, size_t words, size_t k) {
    int64_t code = 0;
    for (size_t p = 0; p < A_BITS; p++)
        code += (int64_t)(row[p * words + k / 64] >> k % 64 & 1) << p;
    return code;
}

static void run(const struct gemm_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const uint64_t *a = (const uint64_t *)((const uint8_t *)g->a + m * g->a_stride);
            const int8_t *b = (const int8_t *)g->rhs + n * g->k;
            int64_t sum = 0;
#pragma clang loop unroll(disable) vectorize(disable)
            for (size_t k = 0; k < g->k; k++)
                sum += code_at(a, words, k) * b[k];
            int32_t *c = (int32_t *)((uint8_t *)g->c + m * g->c_stride);
            c[n] = (int32_t)sum;
        }
}

#include "ref_calls.h"
