/* Bit-planes with the cpop instruction of Zbb. */
#include "words.h"

WORDS_BODIES(zbb)
