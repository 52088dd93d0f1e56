/* Reading by words. */
#include "read.h"

#if !defined(__x86_64__) && !defined(__aarch64__)
PEAK_READS(portable, "r", uint64_t)
#endif
