/* Vectors of 4 floats. */
#ifndef PACK_LANES_H
#define PACK_LANES_H
#define PACK_LANES_NEON
#include <arm_neon.h>
#include <stddef.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

typedef float32x4_t vec;
enum {
    LANES = 4,
    MR = 4,
#if defined(__aarch64__)
    NV = 4, /* 16 sums of 32 registers */
#else
    NV = 2, /* 8 sums of 16 registers */
#endif
    VECTOR_NV = 8,
    STEPS = 1,
    AHEAD = 8,
    BLOCK_BYTES = 192 << 10, /* the second cache of a small core is shared */
    COLUMNS = 512,
    CROWDED = 2048,
};
#define TILE_COPY NULL
#define TILE_FINISH NULL
#define TILE_ROWS(X) X(1) X(4)

static inline vec vec_zero(void) { return vdupq_n_f32(0); }
static inline vec vec_all(float value) { return vdupq_n_f32(value); }
static inline vec vec_load(const float *from) { return vld1q_f32(from); }
static inline void vec_store(float *to, vec value) { vst1q_f32(to, value); }
static inline vec vec_add(vec a, vec b) { return vaddq_f32(a, b); }
#if defined(__aarch64__)
static inline vec vec_fma(vec a, vec b, vec sum) { return vfmaq_f32(sum, a, b); }
#else /* VFPv3 has no fused one */
static inline vec vec_fma(vec a, vec b, vec sum) { return vmlaq_f32(sum, a, b); }
#endif
#endif
