/* Four neighbours of K of one row of A, and the rest of a row that has fewer. */
#ifndef INT8_FOUR_H
#define INT8_FOUR_H
#include "../pack/tiles.h"

/* 1 to 3 bytes, zero above, without a loop or a branch: the middle one may be the first or the last once more. */
static inline uint32_t fewer_than_four(const uint8_t *a, size_t bytes) {
    size_t middle = bytes / 2, last = bytes - 1;
    return a[0] | (uint32_t)a[middle] << 8 * middle | (uint32_t)a[last] << 8 * last;
}
static inline uint32_t up_to_four(const uint8_t *a, size_t bytes) {
    return bytes < 4 ? fewer_than_four(a, bytes) : load_u32(a);
}
#endif
