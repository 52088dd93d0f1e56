/* bitwise_signf_bits in plain C. With the compiler's own vectors a comparison gives 4 masks at once, and each vector
 * keeps its own 4 bits of them; without, the comparison is one of integers. */
#include "rows.h"

/* Not the vectors of 32-bit ARM: they take the smallest floats for zero. */
#if defined(__SSE2__) || defined(__aarch64__)
typedef float floats __attribute__((vector_size(16), aligned(4)));
typedef uint32_t masks __attribute__((vector_size(16)));

static inline uint32_t signs_of_32(const float *x) {
    masks bits = {0}, mine = {1, 2, 4, 8};
    for (int i = 0; i < 8; i++, mine <<= 4)
        bits |= (masks)(*(const floats *)(x + 4 * i) < (floats){0}) & mine;
    return bits[0] | bits[1] | bits[2] | bits[3];
}
#else
/* Negative numbers but for -0.0, from the one next to it up to -inf, are one range of unsigned integers. */
static inline uint32_t signs_of_32(const float *x) {
    uint32_t signs = 0;
    for (int i = 31; i >= 0; i--) {
        uint32_t bits;
        memcpy(&bits, x + i, 4);
        signs = 2 * signs + (bits - 0x80000001u < 0x7f800000u);
    }
    return signs;
}
#endif

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++) {
        const float *x = row_of(g->a, g->a_stride, m);
        uint64_t *bits = row_of_out(g->c, g->c_stride, m);
        size_t i = 0;
        for (; i + 64 <= g->k; i += 64)
            bits[i / 64] = signs_of_32(x + i) | (uint64_t)signs_of_32(x + i + 32) << 32;
        if (i < g->k)
            bits[i / 64] = signs_of_floats(x + i, g->k - i);
    }
}

const struct map_kernel bitwise_signf_bits__portable = {run};
