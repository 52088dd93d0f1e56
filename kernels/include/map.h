/* Element-wise pieces over rows: packing, counting, pooling, merging of bits. No weights, no scratch. */
#ifndef INCLUDE_MAP_H
#define INCLUDE_MAP_H
#include <stddef.h>
#include <stdint.h>

/* What m, n and k are, by op:
 * popcount  c[m] = int32 number of ones of each of the m rows of k bits
 * signf     c[m] = k sign bits of m rows of k floats; -0.0 and NaN are +1
 * signi     the same of int8
 * planes    c[m] = n planes (1..8) of k bits each, of m rows of k bytes below 2^n
 * maxpool   map of m x n pixels of k bits; 2x2 windows, stride 2, windows at an odd edge are smaller; the largest of
 *           +-1, which with bit 1 = -1 is a logical and
 * xnor      product of two rows of k signs (a and b); in our polarity an exclusive or
 * or        the larger of two rows of k signs; in our polarity an and
 *
 * Rows of a, b and c lie strides apart (maxpool: pixels); tails of bits are zero on both sides. Alignment: of the
 * element, 8 for bits. Nothing between two rows is touched. */
struct map_args {
    size_t m, n, k;
    const void *a, *b;
    size_t a_stride, b_stride;
    void *c;
    size_t c_stride;
};
typedef void map_fn(const struct map_args *args);

struct map_kernel {
    map_fn *run;
};
#endif
