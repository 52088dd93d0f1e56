/* The board's lease: one flock on one file that all runners of a machine agree on. It dies with its holder;
 * it is never broken by age. */
#ifndef RUNNER_LEASE_H
#define RUNNER_LEASE_H
#include "job.h"

enum lease_result { LEASE_TAKEN, LEASE_HELD, LEASE_BROKEN };
/* LEASE_TAKEN: *fd holds the lock as long as it is open. Else words tell who holds it, or what failed. */
enum lease_result lease_take(const struct job *job, int *fd, char *words, size_t size);
/* Writes deadline, holder, run and process into the file: the foreground first, then the worker it leaves behind. */
void lease_sign(int fd, const struct job *job);
#endif
