/* Bit-planes one by one. 4 x 2 x (sum bits + count) = 16 registers, 4 of B, the rest for A and the adder; wider
 * tiles spill. */
#define MR 4
#define NV 2
#include "adders.h"

TILES_4(tile)

const struct bitserial_body adders_gemm__avx512vpopcnt = {
    tile_fns, MR, NR, 32, row, to_planes, NULL, false, NULL,
};
