/* Vectors of 4 floats in plain C: a compiler takes them apart where the base of a target has none. */
#ifndef PACK_LANES_H
#define PACK_LANES_H
#include <stddef.h>
#include <string.h>

typedef float vec __attribute__((vector_size(16)));
enum {
    LANES = 4,
#if defined(__x86_64__) || defined(__aarch64__)
    MR = 4, /* 8 sums of 16 registers or more */
#else
    MR = 2, /* 16 sums of one float of 32 registers */
#endif
    NV = 2,
    STEPS = 1,
    AHEAD = 0,
    BLOCK_BYTES = 128 << 10,
    COLUMNS = 512,
    CROWDED = 2048,
};
#define TILE_COPY NULL
#define TILE_FINISH NULL
#if defined(__x86_64__) || defined(__aarch64__)
#define TILE_ROWS(X) X(1) X(4)
#else
#define TILE_ROWS(X) X(1) X(2)
#endif

static inline vec vec_zero(void) { return (vec){0, 0, 0, 0}; }
static inline vec vec_all(float value) { return (vec){value, value, value, value}; }
static inline vec vec_load(const float *from) {
    vec value;
    memcpy(&value, from, sizeof value);
    return value;
}
static inline void vec_store(float *to, vec value) { memcpy(to, &value, sizeof value); }
static inline vec vec_add(vec a, vec b) { return a + b; }
static inline vec vec_fma(vec a, vec b, vec sum) { return sum + a * b; }
#endif
