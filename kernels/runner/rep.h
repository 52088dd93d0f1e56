/* The hidden verbs: what children of the worker do. Each reads the kept job again and knows one item. */
#ifndef RUNNER_REP_H
#define RUNNER_REP_H
int rep_verb(int argc, char **argv);    /* rep DIR RUN INDEX WINDOW_NS: one repetition, or one energy window */
int ref_verb(int argc, char **argv);    /* ref DIR RUN INDEX: the oracle's output */
int peak_verb(int argc, char **argv);   /* peak DIR RUN: the board's own limits, frames' JSON lines on the pipe */
int launch_verb(int argc, char **argv); /* launch DIR RUN INDEX: becomes a program item's argv */
#endif
