/* Loops over rows of numbers that every layer ends in. The bodies are plain C (vectors_body.h); each vectors__<isa>.c
 * that includes them lets the compiler use its own vectors. */
#ifndef NETS_VECTORS_H
#define NETS_VECTORS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A block of numbers on their way to the output: rows of n values z, `z_stride` bytes apart. int32: less `tail`. */
struct finish_rows {
    const uint8_t *z;
    size_t z_stride, rows, n;
    bool floats;
    int32_t tail;
    const float *scale, *bias;
    const uint8_t *shortcut; /* floats, or NULL */
    size_t shortcut_stride;
    float low, high;
};

/* Pixels of a window inside of the map; strides in bytes. */
struct pool_window {
    const uint8_t *at;
    size_t wide, high, pixel, line;
};

struct net_vectors {
    /* The finish of graph.py, to floats (out may be z) or to the low byte of the nearest integer. */
    void (*floats)(const struct finish_rows *f, uint8_t *out, size_t stride);
    void (*bytes)(const struct finish_rows *f, uint8_t *out, size_t stride);
    void (*to_halves)(uint16_t *out, const float *from, size_t n);
    void (*from_halves)(float *out, const uint16_t *from, size_t n);
    void (*from_bytes)(int32_t *out, const int8_t *from, size_t n);
    void (*scaled_bytes)(float *out, const int8_t *from, float scale, size_t n);
    /* The largest, the first one among equals; sums in reading order, then divided. */
    void (*max_floats)(float *out, const struct pool_window *w, size_t n);
    void (*max_bytes)(int8_t *out, const struct pool_window *w, size_t n);
    void (*max_halves)(uint16_t *out, const struct pool_window *w, size_t n);
    void (*mean_floats)(float *out, const struct pool_window *w, float by, size_t n);
    void (*mean_bytes)(float *out, const struct pool_window *w, float by, size_t n);
};
extern const struct net_vectors net_vectors__portable, net_vectors__avx2, net_vectors__avx512, net_vectors__rvv;
/* The widest that these features allow. */
const struct net_vectors *net_vectors_of(uint32_t features);
#endif
