/* What the element-wise pieces share: where rows begin, and the word that ends a row. */
#ifndef BITWISE_ROWS_H
#define BITWISE_ROWS_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

static inline const void *row_of(const void *rows, size_t stride, size_t row) {
    return (const uint8_t *)rows + row * stride;
}
static inline void *row_of_out(void *rows, size_t stride, size_t row) { return (uint8_t *)rows + row * stride; }

/* The signs of less than 64 floats, one after the other: the end of a row. */
static inline uint64_t signs_of_floats(const float *x, size_t count) {
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)(x[i] < 0) << i;
    return word;
}

/* One bit of each of less than 64 bytes. */
static inline uint64_t bits_of_bytes(const uint8_t *x, size_t count, unsigned bit) {
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)(x[i] >> bit & 1) << i;
    return word;
}
#endif
