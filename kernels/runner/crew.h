/* A crew: threads that each do their part of a job again and again, all at the same time. One CPU each. */
#ifndef RUNNER_CREW_H
#define RUNNER_CREW_H
#ifndef _GNU_SOURCE
#error "crew.h needs _GNU_SOURCE before the first include: cpu_set_t"
#endif
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREW_MAX 256
struct crew;
typedef void crew_part(void *self, size_t index);

/* `members` threads, the caller being number 0; he is pinned to the first CPU of `cores` (empty: nobody is pinned).
 * NULL + words. The crew lives as long as the process. */
struct crew *crew_open(size_t members, const cpu_set_t *cores, crew_part *part, void *self, char *err, size_t err_size);
/* Every member does its part once; returns when the last one has. */
void crew_run(struct crew *crew);
/* Between two jobs that are far apart: members sleep, until they are woken before the next one. */
void crew_rest(struct crew *crew);
void crew_wake(struct crew *crew);
#endif
