/* Shows a spool: frames that are safely on disk, and new ones as they come, until its `end` or its worker's death.
 * Sleeps on inotify, since a poller would take time from the core that is being measured. */
#ifndef RUNNER_TAIL_H
#define RUNNER_TAIL_H
#include <stdbool.h>
#include <stdint.h>

/* Exit code: EXIT_CLOSED, EXIT_GONE, EXIT_REFUSED (no such run), EXIT_SPOOL (cannot be read or shown). */
int tail_run(const char *dir, const char *run, int64_t from);
/* Whether somebody holds the run's `.alive` lock. */
bool run_is_alive(const char *dir, const char *run);
int tail_verb(int argc, char **argv);
#endif
