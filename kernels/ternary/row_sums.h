/* What a row of A brings along: weights stored as w + 1 add its sum too much, so the negative is what a row of sums
 * begins with; and its last k % 4 bytes as a word, zero above, so that no tile needs to put them together. */
#ifndef TERNARY_ROW_SUMS_H
#define TERNARY_ROW_SUMS_H
#include "../include/kernel.h"
#include <string.h>

struct row_terms {
    int32_t offset;
    uint32_t last;
};

static void row_sums(struct row_terms *terms, const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
        terms[m] = (struct row_terms){0, 0};
        for (size_t i = 0; i < g->k; i++)
            terms[m].offset -= a[i];
        memcpy(&terms[m].last, a + g->k / 4 * 4, g->k % 4);
    }
}
#endif
