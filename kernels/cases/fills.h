/* Seeded data: the same seed, fill and size give the same bytes for every variant, on every target. */
#ifndef CASES_FILLS_H
#define CASES_FILLS_H
#include "case.h"

enum fill_side { FILL_A, FILL_B };

/* splitmix64: 64 bits of state, no correlation worth mentioning between neighbouring seeds. */
struct fill_random {
    uint64_t state;
};
uint64_t fill_next(struct fill_random *random);

/* Fill `rows` rows of k elements, `stride` bytes apart; bytes between rows stay as they are. `encoding` is that of
 * FORM_CODES. */
struct fill {
    const struct form *form;
    enum weight_encoding encoding;
    enum fill_side side;
    enum case_fill fill;
    uint64_t seed;
};
void fill_matrix(void *to, size_t rows, size_t k, size_t stride, const struct fill *how);
/* The vectors of a weight pool. */
void fill_pool(int8_t *pool, const struct fill *how);
#endif
