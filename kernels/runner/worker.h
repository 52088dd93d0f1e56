/* The detached process that carries out a job in rounds and writes its spool. */
#ifndef RUNNER_WORKER_H
#define RUNNER_WORKER_H
#include "job.h"

/* Runs the whole job; the spool is empty and open. Returns the process's exit code. */
int worker_main(const struct job *job, const char *dir, int spool_fd);
#endif
