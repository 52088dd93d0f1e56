/* Bit-planes with the cpop instruction of Zbb. */
#include <stddef.h>
#include <stdint.h>

/* 2 x 4 sums, 4 words of B, 1 of A and the pointers fit the 31 registers. */
enum { MR = 2 };
#include "words.h"

WORDS_BODY(zbb)
