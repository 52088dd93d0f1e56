/* Exit codes of the runner, and its limits. */
#ifndef RUNNER_CODES_H
#define RUNNER_CODES_H
#define RUNNER_VERSION "0.1.0"
enum {
    EXIT_CLOSED = 0,  /* the spool was closed by an `end` frame */
    EXIT_REFUSED = 2, /* job or command line refused */
    EXIT_GONE = 3,    /* worker gone without `end` */
    EXIT_BUG = 70,
    EXIT_SPOOL = 74, /* spool cannot be written */
    EXIT_LEASED = 75,
};
#define PATH_ROOM 4096  /* bytes of any path */
#define WORDS_ROOM 320  /* bytes of an explanation to people */
#define NAME_ROOM 256   /* bytes of a variant list or a name */
#define SAMPLES_MAX 1000 /* keeps a sample frame of two int64 lists under the 64 KiB of a line */
#define RESULT_FD 3      /* where a child finds its result pipe */
#endif
