#include "lanes_avx2.h"
#include "float_tile.h"

const struct float_tiles float_tiles__avx2 = FLOAT_TILES;
