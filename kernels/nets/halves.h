/* Rows of IEEE halves, none of which is NaN but where a network makes one. */
#ifndef NETS_HALVES_H
#define NETS_HALVES_H
#include <stddef.h>
#include <stdint.h>

void halves_of_floats(uint16_t *out, const float *from, size_t n);
void halves_to_floats(float *out, const uint16_t *from, size_t n);
/* The largest of POOL_MAX pixels, +0 where it is a zero; out may be the first. */
void halves_max(void *out, const void *const *at, size_t n);
#endif
