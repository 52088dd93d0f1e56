/* The verb exec: check the job, take the lease, leave a worker behind, then be nothing but a tail. */
#ifndef RUNNER_EXEC_H
#define RUNNER_EXEC_H
int exec_verb(int argc, char **argv);
#endif
