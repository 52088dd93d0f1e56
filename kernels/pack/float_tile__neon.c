#include "lanes_neon.h"
#include "float_tile.h"

const struct float_tiles float_tiles__neon = FLOAT_TILES;
