/* Starts one child process (our own binary under a hidden verb), collects what it writes on its result pipe, and
 * bounds it in time and bytes. Nothing of it is left when this returns. */
#ifndef RUNNER_CHILD_H
#define RUNNER_CHILD_H
#include "text.h"
#include <sys/resource.h>

struct child_spec {
    const char *const *argv; /* argv[0] is for show: what runs is /proc/self/exe */
    char *const *env;
    size_t most;             /* bytes accepted on the pipe */
    int64_t timeout_ns;
    int deadline_fd;         /* readable = the worker's own time is over */
    const char *cancel;      /* a file whose coming ends the child at once; NULL = it may finish */
};
/* CHILD_HALTED: it was the run's end that ended it, so nothing is said about the child. */
enum child_fate { CHILD_EXITED, CHILD_TIMEOUT, CHILD_HALTED, CHILD_FLOOD, CHILD_UNSTARTED };
struct child_end {
    enum child_fate fate;
    int status; /* of wait4, when it exited by itself */
    struct rusage usage;
    int64_t began_ns, ended_ns; /* CLOCK_MONOTONIC, around its whole life */
    bool oom_killed;            /* the kernel killed some process for want of memory meanwhile */
    struct text output;
};
void child_run(const struct child_spec *spec, struct child_end *end);
/* Why a child did not end well: "signal 11 (SIGSEGV) in WHAT", "exit status 3 of WHAT"; false when all is well. */
bool child_words(const struct child_end *end, const char *what, int64_t timeout_s, char *words, size_t size);
/* Set by SIGTERM: the worker should close what it can and end. */
extern volatile int child_halt_asked;
#endif
