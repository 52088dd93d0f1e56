/* Binary loops on 64-bit words; the flags of the including file decide what a popcount is. Defines the loops of the
 * token `isa`. */
#ifndef PEAK_WORDS_H
#define PEAK_WORDS_H
#include "loop.h"

#define WORD_CLASS "r"

/* xor, popcount, add */
#define ADD_WORD(i) acc[i] += (uint64_t)__builtin_popcountll(a ^ b)

/* Two words and the running sum bits through a full adder; only its carries are counted. */
#define CARRY_WORDS(i)                                                                                                 \
    do {                                                                                                               \
        uint64_t x1 = a ^ b, half = sum[i] ^ x1;                                                                       \
        OPAQUE(WORD_CLASS, a);                                                                                         \
        uint64_t x2 = a ^ b, carry = (sum[i] & x1) | (half & x2);                                                      \
        sum[i] = half ^ x2;                                                                                            \
        acc[i] += (uint64_t)__builtin_popcountll(carry);                                                               \
    } while (0)

/* Four words, and the carries through an adder of their own: one count for four words. */
#define CARRY_TWICE(i)                                                                                                 \
    do {                                                                                                               \
        uint64_t x[4];                                                                                                 \
        _Pragma("clang loop unroll(full)") for (int w = 0; w < 4; w++) {                                               \
            OPAQUE(WORD_CLASS, a);                                                                                     \
            x[w] = a ^ b;                                                                                              \
        }                                                                                                              \
        uint64_t half = sum[i] ^ x[0], first = (sum[i] & x[0]) | (half & x[1]), ones = half ^ x[1];                    \
        uint64_t next = ones ^ x[2], second = (ones & x[2]) | (next & x[3]), twos = sum[2 + i], mixed = twos ^ first;  \
        sum[i] = next ^ x[3];                                                                                          \
        sum[2 + i] = mixed ^ second;                                                                                   \
        acc[i] += (uint64_t)__builtin_popcountll((twos & first) | (mixed & second));                                   \
    } while (0)
#define CARRY_TWICE_HALF(i)                                                                                            \
    if (i < 2)                                                                                                         \
    CARRY_TWICE(i % 2)

#define WORD_LOOPS(isa)                                                                                                \
    PEAK_LOOP(peak_xnor_words4__##isa, WORD_CLASS, uint64_t, 4, 0x123456789abcdef, 0xf0f0f0f0f0f0f0f0, 0, ADD_WORD)    \
    PEAK_LOOP(peak_xnor_words8__##isa, WORD_CLASS, uint64_t, 8, 0x123456789abcdef, 0xf0f0f0f0f0f0f0f0, 0, ADD_WORD)    \
    PEAK_CARRY_LOOP(peak_xnor_carry__##isa, WORD_CLASS, uint64_t, 4, 0x123456789abcdef, 0xf0f0f0f0f0f0f0f0, 0,         \
                    CARRY_WORDS)                                                                                       \
    PEAK_CARRY_LOOP(peak_xnor_carry_twice__##isa, WORD_CLASS, uint64_t, 4, 0x123456789abcdef, 0xf0f0f0f0f0f0f0f0, 0,   \
                    CARRY_TWICE_HALF)
#endif
