/* Reading 16 bytes at a time. */
#include "read.h"
#include <arm_neon.h>

PEAK_READS(neon, VECTOR_CLASS, uint8x16_t)
