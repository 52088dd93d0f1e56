/* What A and B of a scheme are made of, read from its name. */
#ifndef CASES_FORMS_H
#define CASES_FORMS_H
#include "../include/kernel.h"
#include <stdbool.h>

enum form_kind {
    FORM_BITS,   /* signs, 64-bit words */
    FORM_PLANES, /* unsigned codes of `bits` bits, as planes */
    FORM_INT8,   /* any byte */
    FORM_CODES,  /* one byte each, a value of `bits` bits in some encoding */
    FORM_TERN,   /* one byte each: -1, 0, 1 */
    FORM_POT,    /* one byte each: 0 or +-2^e, in 2^bits - 1 values */
    FORM_POOL,   /* numbers of vectors of the weight pool, and that pool */
    FORM_FP32,
    FORM_FP16,
    FORM_BF16,
};
struct form {
    enum form_kind kind;
    unsigned bits; /* of an element; 1 for signs */
};
struct forms {
    struct form a, b;
    bool is_float;
};

/* Forms of op x scheme; false for a scheme that is none. */
bool forms_of(const char *op, const char *scheme, struct forms *forms);
/* Bytes of one element that a pointer must be aligned to: 8 for words of bits. */
size_t form_align(const struct form *form);
/* Bytes of a row of k elements; FORM_POOL: without the pool. */
size_t form_row_bytes(const struct form *form, size_t k);
/* Largest magnitude of an element; 1 for floats. */
int form_largest(const struct form *form);
bool form_is_words(const struct form *form);

/* IEEE half and bfloat16 as they lie in memory. */
uint16_t half_of(float value);
float half_value(uint16_t half);
uint16_t bf16_of(float value);
float bf16_value(uint16_t bits);
#endif
