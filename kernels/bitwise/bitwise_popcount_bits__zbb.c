/* bitwise_popcount_bits with a popcount instruction for 64-bit words. */
#include "count.h"

const struct map_kernel bitwise_popcount_bits__zbb = {run};
