/* What a weight of 0 or +-2^e is made of, and how long sums of shifted bytes fit 16 bits: a shifted byte is at most
 * 128 << PLACES_MAX. PLACES_MAX comes from the file of the scheme: 2 for pot3, 6 for pot4. */
#ifndef SHIFT_PLACES_H
#define SHIFT_PLACES_H
#include "../pack/one_row.h"

enum { ROUND_MAX = 32767 / (128 << PLACES_MAX) };

static inline unsigned places_of(int weight) { return (unsigned)__builtin_ctz((unsigned)(weight < 0 ? -weight : weight)); }

/* Rows of A widened to 16 bits, to `length` >= k elements, zeros behind the last. */
static inline void widen_rows(int16_t *to, const struct gemm_args *g, size_t length) {
    for (size_t m = 0; m < g->m; m++, to += length) {
        const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
        for (size_t i = 0; i < g->k; i++)
            to[i] = a[i];
        for (size_t i = g->k; i < length; i++)
            to[i] = 0;
    }
}
#endif
