/* Elements of 4 bytes: floats as they are. */
#ifndef FLOAT_FORM_H
#define FLOAT_FORM_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { FORM_BYTES = 4 };
static inline vec form_load(const uint8_t *from) { return vec_load((const float *)from); }
static inline void form_floats(float *to, const uint8_t *from, size_t count) { memcpy(to, from, 4 * count); }
#endif
