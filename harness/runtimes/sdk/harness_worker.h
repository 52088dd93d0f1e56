/* Makes your C or C++ program a runtime of `harness`: it times `infer` as the harness asks and reports on descriptor 3.
 * Copy this file; it needs POSIX and nothing else. Started by hand it only checks that `infer` runs.
 *
 *     static void infer(void *self) { ... }                    // one inference; leaves its result in `output`
 *     int main(int argc, char **argv) {
 *         struct harness_worker w = {.infer = infer, .output = c, .output_bytes = sizeof c,
 *                                    .version = "mine 1.0", .executed = "w8a8"};
 *         return harness_work(&w);                             // after everything is loaded
 *     }
 *
 * Nothing is read or written while samples are taken. The output before and after them is handed over for the check. */
#ifndef HARNESS_WORKER_H
#define HARNESS_WORKER_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct harness_worker {
    void (*infer)(void *self);
    void *self;
    void *output; /* what `infer` writes, compared byte by byte: int32 or float32, little-endian, row-major */
    size_t output_bytes;
    const char *version;  /* of your program, shown with the result */
    const char *executed; /* the precision it works in: a word such as w8a8 or fp32, no spaces */
    int64_t weights_bytes, load_ns; /* 0 = not told */
};

static int64_t harness_clock_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A whole number the harness gives by environment: SAMPLES, SAMPLE_MIN_NS, WARMUP_NS, WINDOW_NS, THREADS, SEED. */
static int64_t harness_setting(const char *name) {
    char key[64];
    snprintf(key, sizeof key, "HARNESS_%s", name);
    const char *value = getenv(key);
    return value != NULL ? strtoll(value, NULL, 10) : 0;
}

/* All bytes of a file, 64-byte aligned; ends the program in words when there are not exactly `bytes` of them. */
static inline void *harness_read(const char *path, size_t bytes) {
    void *data = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL || posix_memalign(&data, 64, bytes + 64) != 0 || fread(data, 1, bytes, file) != bytes ||
        fgetc(file) != EOF) {
        fprintf(stderr, "%s: cannot be read, or has not %zu bytes\n", path, bytes);
        exit(2);
    }
    fclose(file);
    return data;
}

struct harness_sample {
    int64_t begin_ns, end_ns, cpu_ns;
};

static struct harness_sample harness_take(const struct harness_worker *w, int64_t iterations) {
    struct harness_sample s;
    int64_t cpu = harness_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    s.begin_ns = harness_clock_ns(CLOCK_MONOTONIC);
    for (int64_t i = 0; i < iterations; i++) {
        w->infer(w->self);
        __asm__ volatile("" : : "r"(w->output) : "memory"); /* somebody reads every output */
    }
    s.end_ns = harness_clock_ns(CLOCK_MONOTONIC);
    s.cpu_ns = harness_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return s;
}

/* One inference into a buffer that held rubbish; returns a copy of what it wrote. */
static void *harness_output(const struct harness_worker *w) {
    void *copy = malloc(w->output_bytes + 1);
    memset(w->output, 0xa5, w->output_bytes);
    w->infer(w->self);
    if (copy != NULL)
        memcpy(copy, w->output, w->output_bytes);
    memset(w->output, 0xa5, w->output_bytes);
    return copy;
}

static int harness_report(const struct harness_worker *w, const void *before, const int64_t numbers[4],
                          const struct harness_sample *samples, int64_t count) {
    FILE *to = fdopen(3, "wb");
    if (to == NULL) {
        fprintf(stderr, "started by hand: there is no descriptor 3 to report on\n");
        return 0;
    }
    fprintf(to, "runtime %s\nexecuted %s\niterations %lld warmup %lld\n", w->version, w->executed,
            (long long)numbers[0], (long long)numbers[1]);
    fprintf(to, "load_ns %lld first_ns %lld weights_bytes %lld\n", (long long)w->load_ns, (long long)numbers[2],
            (long long)w->weights_bytes);
    if (numbers[3] > 0)
        fprintf(to, "inferences %lld\n", (long long)numbers[3]);
    for (int64_t i = 0; i < count; i++)
        fprintf(to, "sample %lld %lld %lld\n", (long long)samples[i].begin_ns, (long long)samples[i].end_ns,
                (long long)samples[i].cpu_ns);
    const void *outputs[2] = {before, w->output};
    for (int i = 0; i < 2; i++) {
        fprintf(to, "output %s %zu\n", i == 0 ? "before" : "after", w->output_bytes);
        fwrite(outputs[i], 1, w->output_bytes, to);
    }
    fputs("done\n", to);
    return fclose(to) == 0 ? 0 : 1;
}

static inline int harness_work(const struct harness_worker *w) {
    int64_t window_ns = harness_setting("WINDOW_NS"), least_ns = harness_setting("SAMPLE_MIN_NS");
    int64_t count = window_ns > 0 ? 1 : harness_setting("SAMPLES"), first_ns = 0, warmup = 0;
    struct harness_sample *samples = (struct harness_sample *)calloc((size_t)count + 1, sizeof *samples);
    int64_t until_ns = harness_clock_ns(CLOCK_MONOTONIC) + harness_setting("WARMUP_NS");
    int64_t loops = 1, inferences = 0;
    while (warmup < 3 || harness_clock_ns(CLOCK_MONOTONIC) < until_ns) {
        struct harness_sample s = harness_take(w, 1);
        first_ns = warmup++ == 0 ? s.end_ns - s.begin_ns : first_ns;
    }
    while (window_ns == 0) { /* a tenth over the aim: a sample is rather too long than too short */
        struct harness_sample s = harness_take(w, loops);
        warmup += loops;
        if (s.end_ns - s.begin_ns >= least_ns)
            break;
        loops = loops * least_ns / (s.end_ns - s.begin_ns + 1) * 11 / 10 + 1;
    }
    void *before = harness_output(w);
    if (samples == NULL || before == NULL)
        return 1;
    for (int64_t i = 0; i < count; i++) {
        samples[i] = harness_take(w, loops);
        for (inferences = loops; samples[i].end_ns - samples[i].begin_ns < window_ns; inferences++) {
            struct harness_sample more = harness_take(w, 1);
            samples[i].end_ns = more.end_ns, samples[i].cpu_ns += more.cpu_ns;
        }
    }
    const int64_t numbers[4] = {loops, warmup, first_ns, window_ns > 0 ? inferences : 0};
    return harness_report(w, before, numbers, samples, count);
}
#endif
