/* The verb hold: another program under the board's lease. */
#ifndef RUNNER_HOLD_H
#define RUNNER_HOLD_H
int hold_verb(int argc, char **argv);
#endif
