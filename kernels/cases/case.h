/* A case = one variant on one shape with seeded data: the very same call is checked and timed.
 * Used by the checker and by the runner; owns no policy about when or how often. */
#ifndef CASES_CASE_H
#define CASES_CASE_H
#include "../include/kernel.h"
#include <stdbool.h>

/* Every byte of C and of scratch before a run. As a float it is -2e-16, as an integer no dot product of ours. */
enum { CASE_CANARY = 0xa5 };

enum case_fill { FILL_RANDOM, FILL_ZERO, FILL_ONE, FILL_MAX, FILL_MIN, FILL_ALTERNATE, FILL_EXTREME, FILL_COUNT };
enum case_type { CASE_I32, CASE_F32 };

/* Where buffers come from: the runner passes plain aligned memory, the checker guard pages. */
struct case_memory {
    void *(*get)(void *self, size_t bytes, size_t align); /* NULL = no memory */
    void (*put)(void *self, void *block, size_t bytes);
    void *self;
};

/* How A and C lie in memory. All zero = rows one after the other, as in the runner. */
struct case_layout {
    size_t a_gap, c_gap; /* elements between two rows that belong to nobody */
};

struct kernel_case {
    const struct kernel_variant *variant;
    size_t m, n, k;
    enum case_type type;
    double ops;       /* 2*m*n*k */
    size_t c_bytes, a_bytes, b_bytes, rhs_bytes, work_bytes;
    struct gemm_args args;
    void *a, *b, *rhs, *work, *c;
    size_t a_row_bytes, element_bytes; /* of A: bytes of a row that hold data, bytes of one element */
    uint64_t inputs_digest;            /* of A and rhs as packed */
    struct case_memory memory;
};

/* The variant by its full name; NULL when this binary has none of that name. */
const struct kernel_variant *kernel_find(const char *name);
/* The best variant of op x scheme for these features (last registry line that fits); NULL when none. */
const struct kernel_variant *kernel_best(const char *op, const char *scheme, uint32_t features);
/* The oracle of the same kernel. */
const struct kernel_variant *kernel_ref(const char *op, const char *scheme);

/* Allocate, fill by seed (identical data for every variant of a kernel), pack. false + err text on failure. */
bool case_open(struct kernel_case *c, const struct kernel_variant *v, size_t m, size_t n, size_t k, uint64_t seed,
               enum case_fill fill, const struct case_memory *memory, char *err, size_t err_size);
/* The same with rows apart; the gaps of A hold garbage, C is filled with CASE_CANARY before the first run. */
bool case_open_laid(struct kernel_case *c, const struct kernel_variant *v, size_t m, size_t n, size_t k, uint64_t seed,
                    enum case_fill fill, const struct case_layout *layout, const struct case_memory *memory, char *err,
                    size_t err_size);
/* The timed call. */
static inline void case_run(struct kernel_case *c) { c->variant->gemm->run(&c->args); }
/* Compare the whole output with `want` (c_bytes of the ref's output). true = equal (integers: bit-exact;
 * floats: |x - want| <= 1e-5 * sqrt(K) + 1e-5 * |want| style tolerance, NaN never passes). Words go to err. */
bool case_matches(const struct kernel_case *c, const void *want, char *err, size_t err_size);
void case_close(struct kernel_case *c);
/* false when something else than the elements of C was written to: a gap of C, or A, or the packed B. Words go to
 * err. Needs case_open to have been the last to write there. */
bool case_untouched(const struct kernel_case *c, char *err, size_t err_size);
/* Plain aligned, touched memory. */
extern const struct case_memory case_plain_memory;
#endif
