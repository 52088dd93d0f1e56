/* Vectors of 16 floats. */
#ifndef PACK_LANES_H
#define PACK_LANES_H
#include <immintrin.h>
#include <stddef.h>
#if !defined(__AVX512F__)
#error "compile this file with the flags of its token in isa.def"
#endif

typedef __m512 vec;
enum {
    LANES = 16,
    MR = 6,
    NV = 4,        /* 24 sums, 4 of B, 1 of A: 29 of 32 registers */
    VECTOR_NV = 4, /* of a product with one row */
    STEPS = 4,
    AHEAD = 0,
    BLOCK_BYTES = 640 << 10,
    COLUMNS = 128, /* so K runs long: reading C again costs more than reading A again */
    CROWDED = 0,   /* 6 rows fit into a set of 12 lines, or of 8 */
};
#define TILE_ROWS(X) X(2) X(5) X(6)
#define TILE_HALF

static inline vec vec_zero(void) { return _mm512_setzero_ps(); }
static inline vec vec_all(float value) { return _mm512_set1_ps(value); }
static inline vec vec_load(const float *from) { return _mm512_loadu_ps(from); }
static inline void vec_store(float *to, vec value) { _mm512_storeu_ps(to, value); }
static inline vec vec_add(vec a, vec b) { return _mm512_add_ps(a, b); }
static inline vec vec_mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
static inline vec vec_fma(vec a, vec b, vec sum) { return _mm512_fmadd_ps(a, b, sum); }
#endif
