/* The guard: changes what it is ordered to change on a board, and lives to give every value back. */
#ifndef RUNNER_GUARD_H
#define RUNNER_GUARD_H
int guard_verb(int argc, char **argv);
int nvpmodel_verb(int argc, char **argv); /* hidden: the one program that a guard starts */
#endif
