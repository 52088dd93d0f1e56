/* Scalar loops in plain C: what a core can do without any vector or popcount instruction. */
#include "words.h"

WORD_LOOPS(portable)

#define INT_STEP(i) acc[i] += (int16_t)a * (int16_t)b
PEAK_LOOP(peak_int8_scalar4__portable, "r", int32_t, 4, 3, 5, 0, INT_STEP)
PEAK_LOOP(peak_int8_scalar8__portable, "r", int32_t, 8, 3, 5, 0, INT_STEP)
/* Two products by one multiplication of 64 bits: the operand holds a value in each half. */
#define PAIR_STEP(i) acc[i] += a * b
PEAK_LOOP(peak_int8_pairs__portable, "r", uint64_t, 4, 0x0000000300000007, 5, 0, PAIR_STEP)
#if defined(__arm__)
#define SMLAD_STEP(i) __asm__("smlad %0, %1, %2, %0" : "+r"(acc[i]) : "r"(a), "r"(b))
PEAK_LOOP(peak_int8_smlad__portable, "r", int32_t, 6, 0x00030004, 0x00050002, 0, SMLAD_STEP)
#endif

#define FLOAT_STEP(i) acc[i] += a * b
PEAK_LOOP(peak_fp32_scalar4__portable, FLOAT_CLASS, float, 4, 0.5f, 0.25f, 0, FLOAT_STEP)
PEAK_LOOP(peak_fp32_scalar8__portable, FLOAT_CLASS, float, 8, 0.5f, 0.25f, 0, FLOAT_STEP)
PEAK_LOOP(peak_fp32_scalar12__portable, FLOAT_CLASS, float, 12, 0.5f, 0.25f, 0, FLOAT_STEP)
