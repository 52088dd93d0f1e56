/* Weights below 8 bits as unsigned codes u, whatever their encoding: weight = scale * u + offset, so that
 * dot = scale * sum(u * a) + offset * sum(a). A signed single bit means +1 or -1, as a bipolar one does. */
#ifndef LUT_CODES_H
#define LUT_CODES_H
#include "../include/kernel.h"

/* At the front of every packed form; as long as a line of cache, so that what follows stays aligned. */
struct codes {
    int32_t scale, offset, planes;
    int32_t unused[13];
};

/* The schemes share the packing of the one with a single plane; the others put their further planes above the encoding
 * (forward.h). */
enum { PLANES_ABOVE = 8 };

static inline struct codes codes_of(const struct gemm_weights *w) {
    unsigned encoding = (unsigned)w->encoding & ((1u << PLANES_ABOVE) - 1);
    unsigned bits = 1 + ((unsigned)w->encoding >> PLANES_ABOVE);
    int32_t count = 1 << bits;
    if (encoding == ENCODING_UNIPOLAR)
        return (struct codes){.scale = 1, .offset = 0, .planes = (int32_t)bits};
    if (encoding == ENCODING_BIPOLAR || bits == 1)
        return (struct codes){.scale = 2, .offset = 1 - count, .planes = (int32_t)bits};
    return (struct codes){.scale = 1, .offset = -count / 2, .planes = (int32_t)bits};
}

static inline unsigned code_of(const struct codes *codes, int8_t weight) {
    return (unsigned)((weight - codes->offset) / codes->scale);
}

/* Modulo 2^32, because a part may be twice as large as a result that fits. */
static inline int32_t codes_dot(const struct codes *codes, int32_t sum_of_codes, int32_t sum_of_a) {
    return (int32_t)((uint32_t)codes->scale * (uint32_t)sum_of_codes + (uint32_t)codes->offset * (uint32_t)sum_of_a);
}

static inline int32_t row_sum(const int8_t *row, size_t k) {
    int32_t sum = 0;
#pragma clang loop interleave_count(1)
    for (size_t i = 0; i < k; i++)
        sum += row[i];
    return sum;
}
#endif
