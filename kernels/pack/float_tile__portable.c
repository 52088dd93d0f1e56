#include "lanes_plain.h"
#include "float_tile.h"

const struct float_tiles float_tiles__portable = FLOAT_TILES;
