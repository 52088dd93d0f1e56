/* Program items: what a runtime's worker script says on its pipe, and why we believe it. */
#ifndef RUNNER_PROGRAM_H
#define RUNNER_PROGRAM_H
#include "child.h"
#include "job.h"
#include "result.h"

/* Environment for one repetition (window_ns 0) or one energy window; free with program_env_free. */
char **program_env(const struct job *job, const struct job_item *item, int64_t window_ns);
void program_env_free(char **env);
/* Bytes its stream may have. */
size_t program_most(const struct job *job, const struct job_item *item, size_t expected_bytes);
/* Fills r from the stream and cross-checks it with our own clocks; false + words when it is not to be believed.
 * Wrong outputs are no error here: they set check_before / check_after. */
bool program_result(const struct job *job, const struct job_item *item, const struct child_end *end,
                    const void *expected, size_t expected_bytes, bool window, struct result *r, char *words,
                    size_t words_size);
#endif
