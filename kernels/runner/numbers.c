#include "numbers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

double quantile_of(const int64_t *values, size_t n, double q) {
    int64_t few[64], *sorted = n <= 64 ? few : malloc(n * sizeof *sorted);
    if (sorted == NULL || n == 0)
        return NAN;
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    double at = q * (double)(n - 1);
    size_t below = (size_t)at;
    double value = (double)sorted[below];
    if (below + 1 < n)
        value += (at - (double)below) * (double)(sorted[below + 1] - sorted[below]);
    if (sorted != few)
        free(sorted);
    return value;
}

double median_of(const int64_t *values, size_t n) { return quantile_of(values, n, 0.5); }

/* Student's t at .975 for 1..30 degrees of freedom; beyond, the expansion of Cornish and Fisher is exact to 1e-4. */
static double t975(size_t freedom) {
    static const double table[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
                                   2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
                                   2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
    const double z = 1.959964, f = (double)freedom;
    if (freedom <= sizeof table / sizeof *table)
        return table[freedom - 1];
    return z + (z * z * z + z) / (4 * f) + (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * f * f);
}

double ci95_half_width(const double *y, size_t k) {
    double mean = 0, square = 0;
    if (k < 2)
        return INFINITY;
    for (size_t i = 0; i < k; i++)
        mean += y[i] / (double)k;
    for (size_t i = 0; i < k; i++)
        square += (y[i] - mean) * (y[i] - mean);
    return t975(k - 1) * sqrt(square / (double)(k - 1)) / sqrt((double)k);
}

uint64_t random_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void shuffle(uint32_t *order, size_t n, uint64_t *state) {
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)(random_next(state) % i);
        uint32_t kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}
