/* The differential checker's parts: a guarded memory, a sweep over shapes and fills, planted defects, a bench. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H
#include "../cases/case.h"

/* Written by the child that checks one variant, read by the parent when the child is dead: what it was doing. */
struct progress {
    struct case_wish wish;
    bool at_end;     /* buffers end at a forbidden page; else they begin behind one */
    unsigned checks; /* passed so far */
    char failure[256];
};

/* Check one variant against its ref: the extremes to their end, then all else until `budget_s` is over.
 * false = `progress->failure` says what was wrong. */
bool sweep(const struct kernel_variant *v, uint64_t seed, double budget_s, struct progress *progress);

/* Memory between forbidden pages. One at a time; guard_next chooses the end that touches, and forgets old words. */
bool guard_open(void);
void guard_next(bool at_end);
/* What was found damaged since guard_next, or NULL. */
const char *guard_damage(void);
extern const struct case_memory guard_memory;

/* The outputs of c's inputs, one after the other, element by element from the unpacked values: the judge of `ref`
 * itself. */
void oracle_run(const struct kernel_case *c, void *want);

/* A variant with the named defect, in this program only; NULL when there is none of that name. */
const struct kernel_variant *planted_find(const char *defect);

/* Speed and share of this core's own limit for every variant that `features` allow and whose name contains `only`, on
 * every shape of its op whose name contains `shapes` (either NULL: all; but `ref` only when `only` names it). One line
 * each, as a table or as JSON; the table begins with the limits themselves. */
struct bench_options {
    uint32_t features;
    const char *only, *shapes;
    bool json;
};
void bench(const struct bench_options *options);

/* One call of one variant, `count` times, for an emulator that counts; returns the program's exit status. */
struct calls_options {
    uint32_t features;
    unsigned count;
    const char *name, *shape, *epilogue; /* epilogue: sums, bits, float, float_bits; NULL = what the runner times */
};
int calls(const struct calls_options *options);
#endif
