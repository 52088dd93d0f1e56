/* See scale.h. */
#include "scale.h"

SCALE(neon)
