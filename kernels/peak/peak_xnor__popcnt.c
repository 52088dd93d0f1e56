/* Scalar binary loops with a popcount instruction. */
#include "words.h"

WORD_LOOPS(popcnt)
