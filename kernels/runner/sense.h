/* The verbs clock and sense: this board's clock, and one of its sensors, live for a controller that holds the channel
 * open. They measure nothing and take no lease. */
#ifndef RUNNER_SENSE_H
#define RUNNER_SENSE_H
int clock_verb(int argc, char **argv);
int sense_verb(int argc, char **argv);
#endif
