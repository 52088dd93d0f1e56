/* Binary loops with vpopcntd: plain (xor, count, add = 3 operations a word) and through full adders (5 for 2 words:
 * vpternlogd takes the xor of the multiplication in). */
#include "loop.h"
#include <immintrin.h>

enum { XOR3 = 0x96, CARRY = 0x3a, MAJORITY = 0xe8 };
#define ZERO _mm512_setzero_si512()
#define A _mm512_set1_epi32(0x12345678)
#define B _mm512_set1_epi32(0x0f0f3355)

#define ADD_STEP(i) acc[i] = _mm512_add_epi32(acc[i], _mm512_popcnt_epi32(_mm512_xor_si512(a, b)))
PEAK_LOOP(peak_xnor_add12__avx512vpopcnt, "v", __m512i, 12, A, B, ZERO, ADD_STEP)
PEAK_LOOP(peak_xnor_add24__avx512vpopcnt, "v", __m512i, 24, A, B, ZERO, ADD_STEP)

/* Two words into sum[i]; the carry of each bit comes out. */
#define ADDER(i, carry)                                                                                                \
    __m512i half_##carry = _mm512_ternarylogic_epi32(sum[i], a, b, XOR3);                                              \
    OPAQUE("v", a);                                                                                                    \
    __m512i full_##carry = _mm512_ternarylogic_epi32(half_##carry, a, b, XOR3);                                        \
    __m512i carry = _mm512_ternarylogic_epi32(half_##carry, full_##carry, sum[i], CARRY);                              \
    sum[i] = full_##carry

#define CARRY_STEP(i)                                                                                                  \
    do {                                                                                                               \
        ADDER(i, carry);                                                                                               \
        acc[i] = _mm512_add_epi32(acc[i], _mm512_popcnt_epi32(carry));                                                 \
    } while (0)
PEAK_CARRY_LOOP(peak_xnor_carry8__avx512vpopcnt, "v", __m512i, 8, A, B, ZERO, CARRY_STEP)
PEAK_CARRY_LOOP(peak_xnor_carry12__avx512vpopcnt, "v", __m512i, 12, A, B, ZERO, CARRY_STEP)

/* A second adder over the carries: as many operations, half the counts. */
#define TWICE_STEP(i)                                                                                                  \
    do {                                                                                                               \
        __m512i twos = sum[4 + i];                                                                                     \
        ADDER(i, first);                                                                                               \
        OPAQUE("v", a);                                                                                                \
        ADDER(i, second);                                                                                              \
        __m512i fours = _mm512_ternarylogic_epi32(twos, first, second, MAJORITY);                                      \
        sum[4 + i] = _mm512_ternarylogic_epi32(twos, first, second, XOR3);                                             \
        acc[i] = _mm512_add_epi32(acc[i], _mm512_popcnt_epi32(fours));                                                 \
    } while (0)
#define TWICE_STEP_HALF(i)                                                                                             \
    if (i < 4)                                                                                                         \
    TWICE_STEP(i % 4)
PEAK_CARRY_LOOP(peak_xnor_carry_twice__avx512vpopcnt, "v", __m512i, 8, A, B, ZERO, TWICE_STEP_HALF)
