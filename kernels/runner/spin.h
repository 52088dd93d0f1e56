/* A load that only computes: the widest multiply-adds of the board, in registers, on every core that it is given. */
#ifndef RUNNER_SPIN_H
#define RUNNER_SPIN_H
#include <stdint.h>

/* What the child says at its end, in one piece on its result pipe. */
struct spin_done {
    int64_t begin_ns, end_ns; /* CLOCK_MONOTONIC, around the work of all cores */
    int64_t cpu_ns;           /* of all cores together, without their waiting for each other */
    int64_t core_ns;          /* the time in which they used that, added up alike: more where others ran there, too */
    int64_t chunks;           /* done by the first core */
};
/* spin DIR RUN CORES NS CHUNKS: so many chunks on each core; CHUNKS 0: until NS have passed. */
int spin_verb(int argc, char **argv);
#endif
