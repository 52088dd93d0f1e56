/* Bit-planes as digits. 2 x 2 x (two sum bits and counts) = 16 registers, 8 of B, 4 of A, the rest for the adders. */
#define MR 2
#define NV 2
#include "digits.h"

TILES_2(tile)

const struct bitserial_body digits_gemm__avx512vpopcnt = {
    tile_fns, MR, NR, 32, row, to_planes, NULL, true, NULL,
};
