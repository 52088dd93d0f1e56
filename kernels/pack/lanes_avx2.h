/* Vectors of 8 floats. */
#ifndef PACK_LANES_H
#define PACK_LANES_H
#include <immintrin.h>
#include <stddef.h>
#if !defined(__FMA__)
#error "compile this file with the flags of its token in isa.def"
#endif

typedef __m256 vec;
enum {
    LANES = 8,
    MR = 6,
    NV = 2, /* 12 sums, 2 of B, 1 of A: 15 of 16 registers */
    VECTOR_NV = 8,
    STEPS = 4,
    AHEAD = 16,
    BLOCK_BYTES = 512 << 10,
    COLUMNS = 512,
    CROWDED = 2048,
};
#define TILE_COPY NULL
#define TILE_FINISH NULL
#define TILE_ROWS(X) X(2) X(6)

static inline vec vec_zero(void) { return _mm256_setzero_ps(); }
static inline vec vec_all(float value) { return _mm256_set1_ps(value); }
static inline vec vec_load(const float *from) { return _mm256_loadu_ps(from); }
static inline void vec_store(float *to, vec value) { _mm256_storeu_ps(to, value); }
static inline vec vec_add(vec a, vec b) { return _mm256_add_ps(a, b); }
static inline vec vec_fma(vec a, vec b, vec sum) { return _mm256_fmadd_ps(a, b, sum); }
#endif
