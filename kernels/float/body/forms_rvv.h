/* What RISC-V's vectors bring to products and vectors of floats; widths are known at run time only. */
#ifndef FLOAT_FORMS_RVV_H
#define FLOAT_FORMS_RVV_H
#include "../../pack/float_rvv.h"
#include "body.h"

extern product_floats_fn float_halves__rvv, float_uppers__rvv;
const struct float_vector *float_vector_rvv(void);
#endif
