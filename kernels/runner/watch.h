/* The board's state before and after a repetition: small files (governor, throttle counters, temperature), a line out
 * of long ones, and clocks that must agree with each other. */
#ifndef RUNNER_WATCH_H
#define RUNNER_WATCH_H
#include "job.h"

/* CLOCK_MONOTONIC and _MONOTONIC_RAW in ns, CLOCK_REALTIME and the CPU time of the worker and its children in us */
enum { SNAPSHOT_CLOCKS = 4 };

struct snapshot {
    struct text files; /* {"name":123|"text"|null,...}; null = not there */
    int64_t clocks[SNAPSHOT_CLOCKS];
};
/* `*` in a watched path or word is the first of `cores`. */
void snapshot_take(const struct job *job, const char *cores, struct snapshot *s);
/* Adds watch_WHEN and clocks_WHEN to a frame, and lets go of the text. */
void snapshot_put(struct text *json, const char *when, struct snapshot *s);
#endif
