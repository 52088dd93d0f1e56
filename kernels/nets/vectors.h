/* Loops over rows of numbers that every layer ends in. The bodies are plain C (vectors_body.h); each vectors__<isa>.c
 * that includes them lets the compiler use its own vectors. */
#ifndef NETS_VECTORS_H
#define NETS_VECTORS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A block of numbers on their way to the output: rows of n values z, int32 or float, `z_stride` bytes apart. */
struct finish_rows {
    const uint8_t *z;
    size_t z_stride, rows, n;
    bool floats;
    const float *scale, *bias;
    const uint8_t *shortcut; /* floats; with stride 0 a row of -0.0, which changes no number, not even -0.0 */
    size_t shortcut_stride;
    float low, high;
};

enum { POOL_MAX = 9, POOL_MEAN = 4, COPY_SLACK = 64 };

/* Windows side by side: each `lines` lines of `line` bytes that lie `below` bytes apart and come to lie one behind the
 * other; the next window begins `step` bytes further and goes to the next row of A. */
struct window_run {
    uint8_t *to;
    size_t row;
    const uint8_t *from;
    size_t step, below, line, lines, count;
};

struct net_vectors {
    /* The finish of graph.py, to floats (out may be z) or to the low byte of the nearest integer. */
    void (*floats)(const struct finish_rows *f, uint8_t *out, size_t stride);
    void (*bytes)(const struct finish_rows *f, uint8_t *out, size_t stride);
    void (*from_bytes)(int32_t *out, const int8_t *from, size_t n);
    void (*scaled_bytes)(float *out, const int8_t *from, float scale, size_t n);
    /* The largest of POOL_MAX pixels, the first one among equals; out may be the first. */
    void (*max_floats)(void *out, const void *const *at, size_t n);
    void (*max_bytes)(void *out, const void *const *at, size_t n);
    /* Adds POOL_MEAN pixels, one after the other. */
    void (*add_floats)(float *out, const void *const *at, size_t n);
    void (*add_bytes)(float *out, const void *const *at, size_t n);
    void (*divide)(float *out, float by, size_t n);
    /* Copies of whole vectors: up to COPY_SLACK bytes behind a line are read and written as well, and what lies there
     * of the same or of a later row is written afterwards. */
    void (*copy_windows)(const struct window_run *r);
};
extern const struct net_vectors net_vectors__portable, net_vectors__avx2, net_vectors__avx512, net_vectors__rvv;
/* The widest that these features allow. */
const struct net_vectors *net_vectors_of(uint32_t features);
#endif
