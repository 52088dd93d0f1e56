/* bitwise_popcount_bits on 64-bit words. The file that includes it decides by its compiler flags what
 * __builtin_popcountll becomes. */
#ifndef BITWISE_COUNT_H
#define BITWISE_COUNT_H
#include "rows.h"

/* Four sums: each waits for nothing but its own words. */
static uint64_t count_words(const uint64_t *row, size_t words) {
    uint64_t sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= words; i += 4)
        for (size_t j = 0; j < 4; j++)
            sum[j] += (uint64_t)__builtin_popcountll(row[i + j]);
    for (; i < words; i++)
        sum[0] += (uint64_t)__builtin_popcountll(row[i]);
    return sum[0] + sum[1] + sum[2] + sum[3];
}

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++)
        *(int32_t *)row_of_out(g->c, g->c_stride, m) = (int32_t)count_words(row_of(g->a, g->a_stride, m), words);
}
#endif
