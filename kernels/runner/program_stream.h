/* Parses the lines a worker script writes on fd 3. Hostile bytes cost words, nothing else. */
#ifndef RUNNER_PROGRAM_STREAM_H
#define RUNNER_PROGRAM_STREAM_H
#include "codes.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
    char version[NAME_ROOM], executed[NAME_ROOM];
    int64_t iterations, warmup, load_ns, first_ns, weights_bytes, inferences;
    uint32_t samples;
    int64_t begin_ns[SAMPLES_MAX], end_ns[SAMPLES_MAX], cpu_ns[SAMPLES_MAX];
    const void *before, *after; /* point into the parsed bytes */
    size_t before_bytes, after_bytes;
};
/* `window`: an `inferences` line must be there. false + words. */
bool stream_parse(struct stream *s, const char *bytes, size_t size, bool window, char *words, size_t words_size);
#endif
