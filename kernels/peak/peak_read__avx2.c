/* Reading 32 bytes at a time. */
#include "read.h"
#include <immintrin.h>

PEAK_READS(avx2, VECTOR_CLASS, __m256i)
