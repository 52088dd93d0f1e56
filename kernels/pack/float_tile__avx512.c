#include "lanes_avx512.h"
#include "float_tile.h"

const struct float_tiles float_tiles__avx512 = FLOAT_TILES;
