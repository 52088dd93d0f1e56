/* The timed part of a repetition: loop sizing, warm-up, samples, or one long window: for energy, sustained, periodic. */
#ifndef RUNNER_MEASURE_H
#define RUNNER_MEASURE_H
#include "result.h"
#include "subject.h"

/* Check, warm up, time `samples` samples, check again; fills the result's checks and numbers. */
void measure_samples(struct subject *s, const struct job *job, struct result *r);
/* Check, warm up, then work without a pause for at least window_ns, check again. */
void measure_window(struct subject *s, const struct job *job, int64_t window_ns, struct result *r);
/* Check, warm up, work without a pause for length_ns and count by buckets, check again. */
void measure_sustained(struct subject *s, const struct job *job, int64_t length_ns, struct result *r);
/* Check, warm up, begin one inference every pace_ns for length_ns, check again. The next release is an inference's
 * deadline; one that could not even begin before it is dropped, as a camera would drop the frame. */
void measure_periodic(struct subject *s, const struct job *job, int64_t length_ns, int64_t pace_ns, struct result *r);
/* Quarter rule on log latency (wall per sample, all of one size): steady when less than half of the head must be
 * dropped for the first quarter to agree with the rest, and both halves of what stays agree, within their noise. */
bool is_steady(const int64_t *wall_ns, size_t n);
#endif
