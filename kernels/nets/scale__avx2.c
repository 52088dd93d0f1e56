/* See scale.h. */
#include "scale.h"

SCALE(avx2)
