/* Short copies. */
#ifndef INT8_CONV_COPY_H
#define INT8_CONV_COPY_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* memcpy without its call: lines of a window are short, a few channels each. */
static inline void copy_bytes(uint8_t *to, const uint8_t *from, size_t bytes) {
    size_t i = 0;
    for (; i + 64 <= bytes; i += 64)
        memcpy(to + i, from + i, 64);
    for (; i + 16 <= bytes; i += 16)
        memcpy(to + i, from + i, 16);
    if (i < bytes && bytes >= 16) {
        memcpy(to + bytes - 16, from + bytes - 16, 16);
        return;
    }
#pragma clang loop vectorize(disable) unroll(disable)
    for (; i < bytes; i++)
        to[i] = from[i];
}
#endif
