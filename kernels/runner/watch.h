/* Small files of the board that are read before and after a repetition: governor, throttle counters, temperature. */
#ifndef RUNNER_WATCH_H
#define RUNNER_WATCH_H
#include "job.h"

/* {"name":123|"text"|null,...} as text; null = not there. */
void watch_read(const struct job *job, struct text *out);
#endif
