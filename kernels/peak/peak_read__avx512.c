/* Reading 64 bytes at a time. */
#include "read.h"
#include <immintrin.h>

PEAK_READS(avx512, VECTOR_CLASS, __m512i)
