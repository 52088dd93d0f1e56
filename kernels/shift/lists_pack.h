/* Packed weights as lists: of each column and weight the places in K that have it, heavy weights first, each positive
 * before its negative. In front of a column's lists stand their lengths. */
#ifndef SHIFT_LISTS_PACK_H
#define SHIFT_LISTS_PACK_H
#include "../include/kernel.h"
#include "places.h"
#include <string.h>

enum { SIGNS = 2, LISTS = SIGNS * (PLACES_MAX + 1) };

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return n * (LISTS + k) * sizeof(uint32_t);
}

/* A place is written as the offset of its row of values, `step` apart. */
static __attribute__((cold)) void lists_pack(void *rhs, const struct gemm_weights *w, size_t step) {
    uint32_t *counts = rhs;
    memset(rhs, 0, rhs_bytes(0, w->n, w->k));
    for (size_t n = 0; n < w->n; n++, counts += LISTS + w->k) {
        const int8_t *row = (const int8_t *)w->b + n * w->b_stride;
        uint32_t *list = counts + LISTS;
        for (int l = 0; l < LISTS; l++) {
            int heavy = 1 << (PLACES_MAX - l / SIGNS), weight = l % SIGNS == 0 ? heavy : -heavy;
            for (size_t i = 0; i < w->k; i++)
                if (row[i] == weight) {
                    *list++ = (uint32_t)(i * step);
                    counts[l]++;
                }
        }
    }
}
#endif
