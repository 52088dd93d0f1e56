/* Bit-planes as digits. One row: more columns share its words. */
#define MR 1
#define NV 4
#include "digits.h"

TILE_ONE(tile, 1)
static tile_fn *const tile_fns[] = {NULL, tile_1};

const struct bitserial_body digits_gemv__avx512vpopcnt = {
    tile_fns, MR, NR, 32, row, to_planes, NULL, true, NULL,
};
