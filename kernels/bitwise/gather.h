/* One bit of each of 8 bytes, gathered by a multiplication: byte i's bit arrives at bit 56 + i, and no two of the
 * other products meet, so nothing is carried into them. */
#ifndef BITWISE_GATHER_H
#define BITWISE_GATHER_H
#include "rows.h"

static inline uint64_t gather_8(uint64_t eight, unsigned bit) {
    return ((eight >> bit & 0x0101010101010101u) * 0x0102040810204080u) >> 56;
}
#endif
