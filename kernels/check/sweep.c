/* One check, and the walk over shapes until the time is over. */
#include "sweep.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

size_t sweep_pick(struct run *run, size_t count) { return (size_t)(fill_next(&run->random) >> 33) % count; }

/* The right answer, in the layout of `got`; NULL + words when it cannot be had. */
static void *want_of(const struct run *run, const struct kernel_case *got, char *err, size_t size) {
    void *want = calloc(1, got->output_bytes);
    if (!want)
        return NULL;
    if (run->v == run->ref) {
        oracle_run(got, want);
        return want;
    }
    struct kernel_case ref;
    struct case_wish wish = run->progress->wish;
    wish.variant = run->ref;
    wish.memory = &case_plain_memory;
    if (!case_open(&ref, &wish, err, size)) {
        free(want);
        return NULL;
    }
    case_run(&ref);
    case_copy_outputs(&ref, want);
    case_close(&ref);
    return want;
}

/* The same call that is timed, twice, since a kernel that leaves something in its scratch gets the second one
 * wrong. */
static bool check_once(const struct run *run) {
    struct progress *p = run->progress;
    char *err = p->failure;
    const size_t size = sizeof p->failure;
    struct kernel_case got;
    guard_next(p->at_end);
    if (!case_open(&got, &p->wish, err, size))
        return false;
    void *want = want_of(run, &got, err, size);
    bool good = want != NULL;
    for (int call = 0; good && call < 2; call++) {
        case_run(&got);
        good = case_matches(&got, want, err, size) && case_untouched(&got, err, size);
    }
    free(want);
    case_close(&got);
    if (good && guard_damage()) {
        snprintf(err, size, "%s", guard_damage());
        good = false;
    }
    return good;
}

bool sweep_try(struct run *run, const struct case_shape *shape, const struct case_options *options,
               enum case_fill fill) {
    struct progress *p = run->progress;
    if (!run->extremes && now_s() >= run->end_s)
        return false;
    uint64_t choice = fill_next(&run->random);
    p->wish = (struct case_wish){.variant = run->v,
                                 .shape = *shape,
                                 .options = *options,
                                 .layout.a_gap = choice & 1 ? choice >> 8 & 3 : 0,
                                 .layout.c_gap = choice & 2 ? choice >> 16 & 7 : 0,
                                 .seed = run->seed ^ choice,
                                 .fill = fill,
                                 .memory = &guard_memory};
    p->at_end = choice >> 2 & 1;
    if (!check_once(run))
        return false;
    p->checks++;
    return true;
}

bool sweep(const struct kernel_variant *v, uint64_t seed, double budget_s, struct progress *progress) {
    struct run run = {.v = v,
                      .ref = kernel_ref(v->op, v->scheme),
                      .seed = seed,
                      .random = {seed},
                      .progress = progress,
                      .end_s = now_s() + budget_s,
                      .extremes = true};
    const struct sweep_kind *kind = v->kind == KERNEL_gemm   ? &sweep_gemm
                                    : v->kind == KERNEL_conv ? &sweep_conv
                                                             : &sweep_map;
    if (!guard_open())
        snprintf(progress->failure, sizeof progress->failure, "no memory for guarded buffers");
    else if (kind->extremes(&run)) {
        run.extremes = false;
        bool more = kind->sizes(&run);
        while (more)
            more = kind->random(&run);
    }
    return progress->failure[0] == '\0';
}
