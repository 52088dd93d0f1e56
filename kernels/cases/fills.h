/* Seeded data: the same seed, fill and size give the same bytes for every variant, on every target. */
#ifndef CASES_FILLS_H
#define CASES_FILLS_H
#include "case.h"

enum fill_element { FILL_BITS, FILL_INT8, FILL_FP32 };
enum fill_side { FILL_A, FILL_B };

/* splitmix64: 64 bits of state, no correlation worth mentioning between neighbouring seeds. */
struct fill_random {
    uint64_t state;
};
uint64_t fill_next(struct fill_random *random);

/* Fill `rows` rows of k elements, `stride` bytes apart; bytes between rows stay as they are. */
void fill_matrix(void *to, size_t rows, size_t k, size_t stride, enum fill_element element, enum fill_side side,
                 uint64_t seed, enum case_fill fill);
#endif
