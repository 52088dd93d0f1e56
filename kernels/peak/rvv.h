/* Scaffolding of the loops over vectors whose length only the CPU knows. An iteration takes every chain through
 * RVV_BYTES bytes of operand, in as many steps as this CPU's registers need for that. */
#ifndef PEAK_RVV_H
#define PEAK_RVV_H
#include "loop.h"
#include "peak.h"
#include <riscv_vector.h>
#include <stddef.h>

enum { RVV_BYTES = RVV_BITS / 8 };

/* Vectors without a size cannot be the elements of an array, so chains are variables with a number in the name. */
#define RVV_4(EACH, type, value) EACH(0, type, value) EACH(1, type, value) EACH(2, type, value) EACH(3, type, value)
#define RVV_8(EACH, type, value)                                                                                       \
    RVV_4(EACH, type, value)                                                                                           \
    EACH(4, type, value) EACH(5, type, value) EACH(6, type, value) EACH(7, type, value)
#define RVV_BEGIN(i, type, value) type acc##i = value;
#define RVV_STEP(i, type, STEP)                                                                                        \
    OPAQUE("vr", a);                                                                                                   \
    STEP(acc##i);
#define RVV_END(i, type, value) USED("vr", acc##i);

#define RVV_CARRY_BEGIN(i, type, value) type acc##i = value, ones##i = value, twos##i = value;
#define RVV_CARRY_STEP(i, type, STEP)                                                                                  \
    OPAQUE("vr", a);                                                                                                   \
    STEP(acc##i, ones##i, twos##i);
#define RVV_CARRY_END(i, type, value)                                                                                  \
    USED("vr", acc##i);                                                                                                \
    USED("vr", ones##i);                                                                                               \
    USED("vr", twos##i);

/* CHAINS is RVV_4 or RVV_8; STEP(acc) may use the opaque operands a and b and the length vl. */
#define RVV_LOOP(function, CHAINS, in, out, length, element_bytes, first_a, first_b, zero, STEP)                       \
    void function(uint64_t iterations);                                                                                \
    void function(uint64_t iterations) {                                                                               \
        const size_t vl = length(RVV_BYTES / element_bytes);                                                           \
        in a = first_a, b = first_b;                                                                                   \
        CHAINS(RVV_BEGIN, out, zero)                                                                                   \
        OPAQUE("vr", b);                                                                                               \
        for (uint64_t left = iterations * (RVV_BYTES / (vl * element_bytes)); left; left--) {                          \
            CHAINS(RVV_STEP, out, STEP)                                                                                \
        }                                                                                                              \
        CHAINS(RVV_END, out, zero)                                                                                     \
    }

/* The same over bytes, with two registers more a chain, for adders that carry: STEP(acc, ones, twos). */
#define RVV_CARRY_LOOP(function, CHAINS, first_a, first_b, zero, STEP)                                                 \
    void function(uint64_t iterations);                                                                                \
    void function(uint64_t iterations) {                                                                               \
        const size_t vl = __riscv_vsetvl_e8m1(RVV_BYTES);                                                              \
        vuint8m1_t a = first_a, b = first_b;                                                                           \
        CHAINS(RVV_CARRY_BEGIN, vuint8m1_t, zero)                                                                      \
        OPAQUE("vr", b);                                                                                               \
        for (uint64_t left = iterations * (RVV_BYTES / vl); left; left--) {                                            \
            CHAINS(RVV_CARRY_STEP, vuint8m1_t, STEP)                                                                   \
        }                                                                                                              \
        CHAINS(RVV_CARRY_END, vuint8m1_t, zero)                                                                        \
    }
#endif
