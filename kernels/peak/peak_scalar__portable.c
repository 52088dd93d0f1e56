/* Scalar loops in plain C: what a core can do without any vector or popcount instruction. */
#include "words.h"

WORD_LOOPS(portable)

#define INT_STEP(i) acc[i] += (int16_t)a * (int16_t)b
PEAK_LOOP(peak_int8_scalar4__portable, "r", int32_t, 4, 3, 5, 0, INT_STEP)
PEAK_LOOP(peak_int8_scalar8__portable, "r", int32_t, 8, 3, 5, 0, INT_STEP)

#define FLOAT_STEP(i) acc[i] += a * b
PEAK_LOOP(peak_fp32_scalar4__portable, FLOAT_CLASS, float, 4, 0.5f, 0.25f, 0, FLOAT_STEP)
PEAK_LOOP(peak_fp32_scalar8__portable, FLOAT_CLASS, float, 8, 0.5f, 0.25f, 0, FLOAT_STEP)
