/* Bit-planes with the popcnt instruction. */
#include "words.h"

WORDS_BODIES(popcnt)
