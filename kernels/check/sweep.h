/* The sweep's parts: what one check is, and the shapes of each kind of op. Private to check. */
#ifndef CHECK_SWEEP_H
#define CHECK_SWEEP_H
#include "../cases/fills.h"
#include "check.h"

struct run {
    const struct kernel_variant *v, *ref;
    uint64_t seed;
    struct fill_random random;
    struct progress *progress;
    double end_s;  /* monotonic */
    bool extremes; /* these are never cut short */
};

/* A number below count. */
size_t sweep_pick(struct run *run, size_t count);
/* One check of a shape, with gaps and guard sides by the seed. false = stop: the time is over, or progress says what
 * was wrong. */
bool sweep_try(struct run *run, const struct case_shape *shape, const struct case_options *options,
               enum case_fill fill);

/* The shapes of one kind of op: extremes come first and always, then every size, then random ones one by one. */
struct sweep_kind {
    bool (*extremes)(struct run *run), (*sizes)(struct run *run), (*random)(struct run *run);
};
extern const struct sweep_kind sweep_gemm, sweep_conv, sweep_map;
#endif
