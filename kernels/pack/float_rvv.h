/* Tiles of floats for RISC-V's vectors: as wide as the registers of the machine, so known at run time only. */
#ifndef PACK_FLOAT_RVV_H
#define PACK_FLOAT_RVV_H
#include "product.h"

const struct float_tiles *float_tiles_rvv(void);
#endif
