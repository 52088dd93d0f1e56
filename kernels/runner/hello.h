/* The facts frame: what this board is and what this binary can run on it. */
#ifndef RUNNER_HELLO_H
#define RUNNER_HELLO_H
#include "job.h"

/* Applies an isa mask ("" = all features, "none" = none); false + words on an unknown name. */
bool isa_apply(const char *names, char *err, size_t err_size);
/* `job` NULL for the verb hello, else the spool's first frame, which also names run and seed. */
void hello_json(struct text *out, const char *root, const struct job *job);
int hello_verb(int argc, char **argv);
#endif
