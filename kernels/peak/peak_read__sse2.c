/* Reading 16 bytes at a time. */
#include "read.h"
#include <emmintrin.h>

PEAK_READS(sse2, VECTOR_CLASS, __m128i)
