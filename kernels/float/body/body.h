/* Products and vectors of floats. What an instruction set brings is its tiles (pack/product.h), its panel of a vector
 * and its way from elements of 2 bytes to floats; all else is compiled once. */
#ifndef FLOAT_BODY_H
#define FLOAT_BODY_H
#include "../../include/gemm.h"
#include "../../pack/product.h"

/* halves: IEEE halves to floats; uppers: what bf16 is, the upper halves of floats. */
extern product_floats_fn float_halves__portable, float_halves__avx2, float_halves__avx512, float_halves__neon;
extern product_floats_fn float_uppers__portable, float_uppers__avx2, float_uppers__avx512, float_uppers__neon;

/* sums[nr] of k steps over a panel; `more`: on top of what they hold. */
struct float_vector {
    void (*panel)(float *sums, const float *a, const float *b, size_t k, bool more);
    size_t nr;
};
extern const struct float_vector float_vector__avx2, float_vector__avx512, float_vector__neon;

/* floats NULL = elements are floats */
void float_gemm_run(const struct float_tiles *tiles, product_floats_fn *floats, const struct gemm_args *g);
void float_gemv_run(const struct float_vector *vector, product_floats_fn *floats, const struct gemm_args *g);
size_t float_gemm_work_bytes(const struct float_tiles *tiles, product_floats_fn *floats, size_t n, size_t k);
size_t float_gemv_work_bytes(product_floats_fn *floats, size_t k);
/* B in panels of nr columns. */
size_t float_rhs_bytes(size_t nr, product_floats_fn *floats, size_t n, size_t k);
void float_pack(size_t nr, product_floats_fn *floats, void *rhs, const struct gemm_weights *w);
#endif
