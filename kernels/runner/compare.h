/* Compares an output with what was expected, when neither a kernel's ref nor the case knows. */
#ifndef RUNNER_COMPARE_H
#define RUNNER_COMPARE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ppm 0: byte for byte (floats by value). Else |got - want| <= ppm * 1e-6 * max|want|; NaN never passes.
 * Elements are little-endian float32 or int32. false + words naming the first or worst difference. */
bool outputs_match(const void *got, size_t got_bytes, const void *want, size_t want_bytes, bool is_float, int64_t ppm,
                   char *words, size_t words_size);
#endif
