/* A plain command as a program item: its samples are whole processes, start-up included, measured from outside. */
#ifndef RUNNER_WHOLE_H
#define RUNNER_WHOLE_H
#include "job.h"

/* Runs argv again and again and writes on RESULT_FD what a worker script would; its output is what the command writes
 * on stdout. Returns an exit status; words go to stderr. */
int whole_run(const char *const *argv, const struct job *job, const struct job_item *item);
#endif
