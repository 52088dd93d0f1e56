#define _GNU_SOURCE
#include "program.h"
#include "compare.h"
#include "program_stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OURS 6
#define UNCHECKED_MOST (64 << 20) /* of what nobody looks at, but must be read */
#define OUTPUT_SLACK 4096 /* a wrong size should be named, not cut off */

char **program_env(const struct job *job, const struct job_item *item, int64_t window_ns) {
    const struct {
        const char *name;
        int64_t value;
    } ours[OURS] = {{"HARNESS_SAMPLES", job->samples},     {"HARNESS_SAMPLE_MIN_NS", job->sample_min_ns},
                    {"HARNESS_WARMUP_NS", job->warmup_ns}, {"HARNESS_THREADS", item->threads},
                    {"HARNESS_WINDOW_NS", window_ns},      {"HARNESS_SEED", job->seed}};
    size_t n = 0, kept = 0;
    while (environ[n] != NULL)
        n++;
    char **env = calloc(n + OURS + 1, sizeof *env);
    if (env == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "HARNESS_", 8) != 0)
            env[kept++] = strdup(environ[i]);
    for (size_t i = 0; i < OURS; i++)
        if (asprintf(&env[kept], "%s=%lld", ours[i].name, (long long)ours[i].value) > 0)
            kept++;
    return env;
}

void program_env_free(char **env) {
    for (size_t i = 0; env != NULL && env[i] != NULL; i++)
        free(env[i]);
    free(env);
}

size_t program_most(const struct job *job, const struct job_item *item, size_t expected_bytes) {
    return (item->unchecked ? UNCHECKED_MOST : 0) + 2 * (expected_bytes + OUTPUT_SLACK) + (size_t)job->samples * 80 + 4096;
}

/* The child's clock is our clock: its samples must lie inside its life, in order, and no CPU time may be invented. */
static bool times_are_true(const struct stream *s, const struct child_end *end, char *words, size_t size) {
    int64_t last = end->began_ns, cpu = 0;
    const struct rusage *u = &end->usage;
    int64_t spent = ((int64_t)u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000000 +
                    ((int64_t)u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1000;
    for (uint32_t i = 0; i < s->samples; i++) {
        if (s->begin_ns[i] < last || s->end_ns[i] <= s->begin_ns[i] || s->end_ns[i] > end->ended_ns) {
            snprintf(words, size, "sample %u does not lie within the process's own life on CLOCK_MONOTONIC", i);
            return false;
        }
        last = s->end_ns[i];
        if (s->cpu_ns[i] < 0 || s->cpu_ns[i] > INT64_MAX / SAMPLES_MAX) {
            snprintf(words, size, "sample %u: a CPU time of %lld ns", i, (long long)s->cpu_ns[i]);
            return false;
        }
        cpu += s->cpu_ns[i];
    }
    if (cpu > spent + spent / 20 + 1000000) {
        snprintf(words, size, "samples claim %lld ns of CPU time, the process had %lld", (long long)cpu,
                 (long long)spent);
        return false;
    }
    return true;
}

static void take_checks(const struct stream *s, const struct job_item *item, const void *expected, size_t bytes,
                        struct result *r) {
    bool is_float = item->tolerance_ppm > 0; /* 0 = byte for byte, whatever the type */
    char after[WORDS_ROOM];
    sha256_of(s->after, s->after_bytes, r->digest);
    r->check_before = r->check_after = item->unchecked != 0;
    if (item->unchecked)
        return;
    r->check_before = outputs_match(s->before, s->before_bytes, expected, bytes, is_float, item->tolerance_ppm,
                                    r->detail, sizeof r->detail);
    r->check_after = outputs_match(s->after, s->after_bytes, expected, bytes, is_float, item->tolerance_ppm, after,
                                   sizeof after);
    if (r->check_before && !r->check_after)
        memcpy(r->detail, after, sizeof after);
}

bool program_result(const struct job *job, const struct job_item *item, const struct child_end *end,
                    const void *expected, size_t expected_bytes, bool window, struct result *r, char *words,
                    size_t words_size) {
    static struct stream s;
    memset(r, 0, sizeof *r);
    if (!stream_parse(&s, end->output.data, end->output.size, window, words, words_size))
        return false;
    if (s.samples == 0 || s.samples > (window ? 1 : job->samples)) {
        snprintf(words, words_size, "%u samples came, %lld were asked for", s.samples,
                 window ? 1LL : (long long)job->samples);
        return false;
    }
    if (!times_are_true(&s, end, words, words_size))
        return false;
    r->samples = s.samples;
    for (uint32_t i = 0; i < s.samples; i++) {
        r->wall_ns[i] = s.end_ns[i] - s.begin_ns[i];
        r->cpu_ns[i] = s.cpu_ns[i];
    }
    r->begin_ns = s.begin_ns[0], r->end_ns = s.end_ns[0], r->inferences = s.inferences;
    r->iterations = s.iterations, r->warmup = s.warmup;
    r->load_ns = s.load_ns, r->first_ns = s.first_ns, r->weights_bytes = s.weights_bytes;
    r->peak_rss_bytes = (int64_t)end->usage.ru_maxrss * 1024;
    snprintf(r->version, sizeof r->version, "%s", s.version);
    snprintf(r->executed, sizeof r->executed, "%s", s.executed);
    take_checks(&s, item, expected, expected_bytes, r);
    r->ran = true;
    return true;
}
