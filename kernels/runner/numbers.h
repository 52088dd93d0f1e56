/* The few statistics the board needs for its stop rule and its steadiness rule. */
#ifndef RUNNER_NUMBERS_H
#define RUNNER_NUMBERS_H
#include <stddef.h>
#include <stdint.h>

/* Quantile q of n >= 1 values by linear interpolation (type 7). */
double quantile_of(const int64_t *values, size_t n, double q);
double median_of(const int64_t *values, size_t n);
/* Half-width of the 95 % confidence interval of the mean of y[0..k-1]; INFINITY for k < 2. */
double ci95_half_width(const double *y, size_t k);
/* splitmix64: the next of a reproducible stream. */
uint64_t random_next(uint64_t *state);
/* 0..n-1 in a random order. */
void shuffle(uint32_t *order, size_t n, uint64_t *state);
#endif
