/* Shifts in plain C, where shifting each value by its own number of places is slow: by the distributive law, all values
 * that share a weight are added first, and only their sum is shifted. A weight costs one addition for many rows, a zero
 * nothing. B is packed as lists, per column and weight, of where in the panel of A its values lie.
 *
 * Rows of A lie side by side: in a vector of 16-bit lanes where the base of the target has them, else 16 bits apart in
 * a word, as digits of one number; a negative digit borrows from the next one, which unpacking gives back.
 * ONE_ROW: a single row needs neither. */
#ifndef SHIFT_LISTS_H
#define SHIFT_LISTS_H
#include "lists_pack.h"


#if defined(ONE_ROW)
typedef int32_t digits;
enum { LANES = 1, WORDS = 1, ROUND = INT32_MAX };
#elif defined(__SSE2__) || defined(__ARM_NEON)
typedef int16_t digits __attribute__((vector_size(16)));
enum { LANES = 8, WORDS = 2, ROUND = 255 };
#define VECTORS
#else
typedef unsigned long digits;
enum { LANES = sizeof(digits) / 2, WORDS = 2, ROUND = 255 }; /* 255 * 128 fits a digit */
#endif
enum { ROWS = LANES * WORDS, STEP = WORDS * sizeof(digits) };

static inline void add_digits(int32_t *to, digits sum, int32_t sign) {
#if defined(ONE_ROW)
    *to += sign * sum;
#elif defined(VECTORS)
    for (size_t l = 0; l < LANES; l++)
        to[l] += sign < 0 ? -sum[l] : sum[l];
#else
    for (size_t l = 0; l < LANES; l++) {
        int16_t digit = (int16_t)sum;
        to[l] += sign < 0 ? -digit : digit;
        sum = (sum - (digits)(long)digit) >> 16;
    }
#endif
}

static inline void set_digit(digits *word, size_t lane, int8_t value) {
#if defined(ONE_ROW)
    word[lane] = value;
#elif defined(VECTORS)
    int16_t wide = value;
    memcpy((uint8_t *)word + 2 * lane, &wide, 2);
#else
    *word += (digits)(long)value << (16 * lane);
#endif
}

/* The sums of one list, into one number per row. */
static void add_list(int32_t *to, const digits *a, const uint32_t *list, size_t count, int32_t sign) {
    while (count > 0) {
        size_t now = count < ROUND ? count : ROUND;
        digits sum[WORDS];
        memset(sum, 0, sizeof sum);
#pragma clang loop unroll_count(2)
        for (size_t i = 0; i < now; i++)
            for (size_t w = 0; w < WORDS; w++)
                sum[w] += ((const digits *)((const uint8_t *)a + list[i]))[w];
        for (size_t w = 0; w < WORDS; w++)
            add_digits(to + w * LANES, sum[w], sign);
        list += now;
        count -= now;
    }
}

/* One column: lists from the heaviest weight down, so that each step only doubles what there is. */
static void column(int32_t sum[ROWS], const digits *a, const uint32_t *counts) {
    const uint32_t *list = counts + LISTS;
    memset(sum, 0, ROWS * sizeof *sum);
    for (size_t l = 0; l < LISTS; list += counts[l++]) {
        for (size_t r = 0; l % SIGNS == 0 && r < ROWS; r++)
            sum[r] = (int32_t)((uint32_t)sum[r] << 1);
        add_list(sum, a, list, counts[l], l % SIGNS == 0 ? 1 : -1);
    }
}

static void spread_rows(digits *to, const struct gemm_args *g, size_t m, size_t rows) {
    memset(to, 0, g->k * WORDS * sizeof *to);
    for (size_t r = 0; r < rows; r++) {
        const int8_t *a = (const int8_t *)g->a + (m + r) * g->a_stride;
        for (size_t i = 0; i < g->k; i++)
            set_digit(to + i * WORDS + r / LANES, r % LANES, a[i]);
    }
}

static void run(const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m += ROWS) {
        size_t rows = g->m - m < ROWS ? g->m - m : ROWS;
        const uint32_t *lists = g->rhs;
        spread_rows(g->work, g, m, rows);
        for (size_t n = 0; n < g->n; n++, lists += LISTS + g->k) {
            int32_t sum[ROWS];
            column(sum, g->work, lists);
            for (size_t r = 0; r < rows; r++)
                ((int32_t *)((uint8_t *)g->c + (m + r) * g->c_stride))[n] = sum[r];
        }
    }
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return k * WORDS * sizeof(digits);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) { lists_pack(rhs, w, STEP); }
#endif
