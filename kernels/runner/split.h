/* One kernel call cut into parts that threads can do at the same time: rows of the output where there are enough,
 * else its columns, with the weights packed for each part. */
#ifndef RUNNER_SPLIT_H
#define RUNNER_SPLIT_H
#include "../cases/case.h"

struct part {
    const struct kernel_variant *variant;
    union {
        struct gemm_args gemm;
        struct conv_args conv;
        struct map_args map;
    } args;
};

/* Fills parts[0 .. count-1]; what they need is allocated and stays. false + words when the shape has no such parts. */
bool split_case(const struct kernel_case *c, size_t count, struct part *parts, char *err, size_t err_size);
void split_run(const struct part *part);
#endif
