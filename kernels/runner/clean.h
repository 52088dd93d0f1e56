/* The verbs cancel and clean. */
#ifndef RUNNER_CLEAN_H
#define RUNNER_CLEAN_H
int cancel_verb(int argc, char **argv);
int clean_verb(int argc, char **argv);
#endif
