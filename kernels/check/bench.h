/* The bench's parts: the shapes of each op, and what the core could do at most. Private to check. */
#ifndef CHECK_BENCH_H
#define CHECK_BENCH_H
#include "check.h"

/* One line of work; the name is how suites write it: MxNxK, 1xNxK for gemv, HxWxCxNk3s2 for convolutions. */
struct bench_shape {
    const char *ops; /* words: the ops that are timed with it */
    const char *name;
    struct case_shape shape;
};
extern const struct bench_shape bench_shapes[];
extern const size_t bench_shape_count;

/* What a case is held against, measured anew at every call, since the clock of a core changes: operations/s of a
 * unit, or bytes/s of reading. 0 where no unit says how fast it could be. `own` is the best that the instructions of
 * the variant reach, where the core has a unit that they do not use. */
struct bench_rate {
    double per_s;
    const char *loop;
};
struct bench_limit {
    const char *what; /* w1a1, w8a8 ... or read */
    bool is_bytes;
    struct bench_rate best, own;
};
struct bench_limit bench_limit(const struct kernel_case *c, uint32_t features);
/* Bytes that the case cannot do without: weights at their width for gemv, else everything it reads and writes. */
double bench_bytes(const struct kernel_case *c);
/* All register loops and some footprints, as text. */
void bench_peaks(uint32_t features);
#endif
