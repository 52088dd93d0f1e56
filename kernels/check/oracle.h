/* The oracle's parts. Private to check. */
#ifndef CHECK_ORACLE_H
#define CHECK_ORACLE_H
#include "check.h"

/* Element i of a row of k elements. */
double oracle_value(const struct form *form, const void *row, size_t k, size_t i);
/* Set element i of row `row` of output number `output` in `want`; a bit is set for a negative value. */
void oracle_put(const struct kernel_case *c, void *want, size_t output, size_t row, size_t i, double value);
void oracle_conv(const struct kernel_case *c, void *want);
void oracle_map(const struct kernel_case *c, void *want);
#endif
