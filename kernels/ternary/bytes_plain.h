/* terna8 in plain C. A product is at most 128, so 16-bit sums take 255 of them: 8 columns in a vector where the base of
 * the target has some. Elsewhere a word does for a vector: columns lie 16 bits apart in it, as digits of one number,
 * and a single multiplication serves them all; a negative digit borrows from the next one, which unpacking gives back.
 * Expects MR and NV. */
#ifndef TERNARY_BYTES_PLAIN_H
#define TERNARY_BYTES_PLAIN_H
#include "../pack/walk.h"

#if defined(__SSE2__) || defined(__ARM_NEON)
typedef int16_t digits __attribute__((vector_size(16)));
#else
typedef unsigned long digits;
#endif
enum { LANES = sizeof(digits) / 2, NR = LANES * NV, ROUND = 255 };

static size_t bytes_of_panel(size_t k) { return k * NV * sizeof(digits); }

#if defined(__SSE2__) || defined(__ARM_NEON)
static inline digits copies(int8_t a) {
    int16_t one = a;
    return (digits){one, one, one, one, one, one, one, one};
}
static inline void add_digits(int32_t *c, digits sum) {
    for (size_t l = 0; l < LANES; l++)
        c[l] += sum[l];
}
static inline void set_digit(digits *word, size_t lane, int8_t value) { (*word)[lane] = value; }
#else
static inline digits copies(int8_t a) { return (digits)(long)a; }
static inline void add_digits(int32_t *c, digits sum) {
    for (size_t l = 0; l < LANES; l++) {
        int16_t digit = (int16_t)sum;
        c[l] += digit;
        sum = (sum - (digits)(long)digit) >> 16;
    }
}
static inline void set_digit(digits *word, size_t lane, int8_t value) { *word += (digits)(long)value << (16 * lane); }
#endif

TILE_INLINE tile(const struct tile *t, size_t mr) {
    int32_t wide[MR][NR] = {{0}};
    const digits *b = (const digits *)t->panel;
    for (size_t begin = 0; begin < t->k; begin += ROUND) {
        digits sum[MR][NV];
        memset(sum, 0, sizeof sum);
        size_t end = t->k - begin < ROUND ? t->k : begin + ROUND;
        for (size_t i = begin; i < end; i++, b += NV)
#pragma clang loop unroll(full)
            for (size_t r = 0; r < mr; r++) {
                digits a = copies((int8_t)t->a[r * t->a_stride + i]);
#pragma clang loop unroll(full)
                for (size_t j = 0; j < NV; j++)
                    sum[r][j] += a * b[j];
            }
        for (size_t r = 0; r < mr; r++)
            for (size_t j = 0; j < NV; j++)
                add_digits(wide[r] + j * LANES, sum[r][j]);
    }
    for (size_t r = 0; r < mr; r++)
        memcpy(t->c + r * t->c_stride, wide[r], sizeof wide[r]);
}
TILE_PAIR(tile)

static void run(const struct gemm_args *g) {
    pair_run(&tile_pair, g, g->a, g->a_stride, bytes_of_panel(g->k));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * bytes_of_panel(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    digits *out = rhs;
    memset(out, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        digits *panel = out + column / NR * w->k * NV + column % NR / LANES;
        for (size_t i = 0; i < w->k; i++)
            set_digit(panel + i * NV, column % LANES, row[i]);
    }
}
#endif
