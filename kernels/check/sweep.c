/* The shapes that are tried: every size from 1 to 67 on each axis, the neighbourhood of every tile and word, lengths
 * at which narrow sums overflow, and then random shapes until the time is over. */
#include "../cases/fills.h"
#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct run {
    const struct kernel_variant *v, *ref;
    uint64_t seed;
    struct fill_random random;
    struct progress *progress;
};

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The right answer, in the layout of `got`; NULL + words when it cannot be had. */
static void *want_of(const struct run *run, const struct kernel_case *got, uint64_t seed, char *err, size_t size) {
    const struct progress *p = run->progress;
    void *want = malloc(got->c_bytes);
    if (!want)
        return NULL;
    if (run->v == run->ref) {
        oracle_run(got, want);
        return want;
    }
    struct kernel_case ref;
    if (!case_open_laid(&ref, run->ref, p->m, p->n, p->k, seed, p->fill, &p->layout, &case_plain_memory, err, size)) {
        free(want);
        return NULL;
    }
    case_run(&ref);
    memcpy(want, ref.c, got->c_bytes);
    case_close(&ref);
    return want;
}

/* One check: the same call that is timed, twice, since a kernel that leaves something in its scratch gets the second
 * one wrong. */
static bool check_once(const struct run *run, uint64_t seed) {
    struct progress *p = run->progress;
    char *err = p->failure;
    const size_t size = sizeof p->failure;
    struct kernel_case got;
    guard_next(p->at_end);
    if (!case_open_laid(&got, run->v, p->m, p->n, p->k, seed, p->fill, &p->layout, &guard_memory, err, size))
        return false;
    void *want = want_of(run, &got, seed, err, size);
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

static bool try_shape(struct run *run, size_t m, size_t n, size_t k, enum case_fill fill) {
    struct progress *p = run->progress;
    uint64_t choice = fill_next(&run->random);
    p->m = m, p->n = n, p->k = k, p->fill = fill;
    p->layout.a_gap = choice & 1 ? choice >> 8 & 3 : 0;
    p->layout.c_gap = choice & 2 ? choice >> 16 & 7 : 0;
    p->at_end = choice >> 2 & 1;
    if (!check_once(run, run->seed ^ choice))
        return false;
    p->checks++;
    return true;
}

static size_t pick(struct run *run, size_t count) { return (size_t)(fill_next(&run->random) >> 33) % count; }

static bool each_size(struct run *run) {
    for (size_t size = 1; size <= 67; size++) {
        enum case_fill fill = size % 3 ? FILL_RANDOM : FILL_EXTREME;
        if (!try_shape(run, size, 1 + pick(run, 40), 1 + pick(run, 130), fill) ||
            !try_shape(run, 1 + pick(run, 13), size, 1 + pick(run, 130), fill) ||
            !try_shape(run, 1 + pick(run, 13), 1 + pick(run, 40), size, fill))
            return false;
    }
    return true;
}

static bool each_edge(struct run *run) {
    static const size_t rows[] = {1, 2, 3, 4, 5, 6, 7, 11, 12, 13};
    static const size_t columns[] = {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129};
    static const size_t lengths[] = {1, 2, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129, 247, 248, 249, 251, 252, 253, 257, 513};
    enum { ROWS = sizeof rows / sizeof *rows, COLUMNS = sizeof columns / sizeof *columns,
           LENGTHS = sizeof lengths / sizeof *lengths };
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            if (!try_shape(run, rows[i], columns[j], lengths[pick(run, LENGTHS)], FILL_RANDOM))
                return false;
    for (size_t i = 0; i < LENGTHS; i++)
        for (int fill = 0; fill < FILL_COUNT; fill++)
            if (!try_shape(run, rows[pick(run, ROWS)], columns[pick(run, COLUMNS)], lengths[i], fill))
                return false;
    return true;
}

/* 16-bit sums of bits end at 65,535. */
static bool long_sums(struct run *run) {
    static const enum case_fill fills[] = {FILL_MIN, FILL_MAX, FILL_EXTREME};
    for (unsigned i = 0; i < 3; i++)
        if (!try_shape(run, 2, 3, 65472 + 64 * i + 5 * i, fills[i]) || !try_shape(run, 1, 5, 70001, fills[i]))
            return false;
    return true;
}

bool sweep(const struct kernel_variant *v, uint64_t seed, double budget_s, struct progress *progress) {
    struct run run = {.v = v, .ref = kernel_ref(v->op, v->scheme), .seed = seed, .random = {seed}, .progress = progress};
    double end = now_s() + budget_s;
    if (!guard_open()) {
        snprintf(progress->failure, sizeof progress->failure, "no memory for guarded buffers");
        return false;
    }
    if (!each_size(&run) || !each_edge(&run) || !long_sums(&run))
        return false;
    while (now_s() < end)
        if (!try_shape(&run, 1 + pick(&run, 30), 1 + pick(&run, 150), 1 + pick(&run, 700), pick(&run, FILL_COUNT)))
            return false;
    return true;
}
