/* One kernel call cut into parts that threads can do at the same time: rows of the output where there are enough,
 * else its columns, with the weights packed for each part. */
#ifndef RUNNER_SPLIT_H
#define RUNNER_SPLIT_H
#include "../cases/case.h"

/* Fills parts[0 .. count-1] with copies of `c` for case_run that share its memory and are never closed; what they need
 * beside it is allocated and stays. false + words when the shape has no such parts. */
bool split_case(const struct kernel_case *c, size_t count, struct kernel_case *parts, char *err, size_t err_size);
#endif
