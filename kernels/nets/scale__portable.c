/* See scale.h. */
#include "scale.h"

SCALE(portable)
