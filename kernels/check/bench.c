/* The bench: the checker's call, timed by the thread's CPU clock, as GOPS and as a share of what the core itself can
 * do in registers. For the engineer at the kernel; the numbers that are published come from the runner. */
#include "../isa/isa.h"
#include "../peak/peak.h"
#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAMPLES = 11, SAMPLE_NS = 4000000, PEAK_NS = 20000000, PEAK_TRIES = 5, PATIENCE_NS = 200000000 };

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double time_calls(struct kernel_case *c, unsigned calls) {
    double begin = cpu_ns();
    for (unsigned i = 0; i < calls; i++)
        case_run(c);
    return (cpu_ns() - begin) / calls;
}

static int ascending(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median_ns(struct kernel_case *c) {
    double once = time_calls(c, 1);
    if (once > PATIENCE_NS)
        return once;
    once = time_calls(c, 2);
    unsigned calls = 1 + (unsigned)(SAMPLE_NS / once);
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++)
        samples[i] = time_calls(c, calls);
    qsort(samples, SAMPLES, sizeof *samples, ascending);
    return samples[SAMPLES / 2];
}

static void bench_variant(const struct kernel_variant *v, double peak) {
    static const size_t shapes[][3] = {
        {256, 256, 256},  {512, 512, 512},  {1024, 1024, 1024}, {3136, 64, 576},
        {784, 128, 1152}, {196, 256, 2304}, {49, 512, 4608}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct kernel_case c;
        char err[128];
        const size_t *s = shapes[i];
        struct case_wish wish = {.variant = v, .shape = {.m = s[0], .n = s[1], .k = s[2]}, .seed = 1,
                                 .memory = &case_plain_memory};
        if (!case_open(&c, &wish, err, sizeof err)) {
            printf("%s: %s\n", v->name, err);
            return;
        }
        double gops = c.ops / median_ns(&c);
        printf("%-34s %4zux%zux%zu %10.1f GOPS %6.1f %% of peak\n", v->name, s[0], s[1], s[2], gops,
               peak > 0 ? 100 * gops * 1e9 / peak : 0.0);
        fflush(stdout);
        case_close(&c);
    }
}

static void bench_peaks(uint32_t features) {
    printf("clock %.3f GHz\n", peak_clock_hz(PEAK_NS) * 1e-9);
    for (size_t i = 0; i < peak_loop_count; i++) {
        const struct peak_loop *loop = &peak_loops[i];
        if (loop->needs & ~features)
            continue;
        double rate = peak_measure_loop(loop, PEAK_NS, PEAK_TRIES);
        printf("peak %-5s %-36s %10.1f GOPS %8.1f a cycle\n", loop->unit, loop->name, rate * 1e-9,
               rate / peak_clock_hz(PEAK_NS));
    }
    for (size_t kib = 16; kib <= 64 << 10; kib *= 8)
    {
        const char *loop;
        double rate = peak_read_bandwidth(kib << 10, features, PEAK_NS, &loop);
        printf("read %6zu KiB %8.1f GB/s %s\n", kib, rate * 1e-9, loop);
    }
}

void bench(uint32_t features, const char *only) {
    bench_peaks(features);
    for (size_t i = 0; i < kernel_variant_count; i++) {
        const struct kernel_variant *v = &kernel_variants[i];
        const char *loop;
        if ((only && !strstr(v->name, only)) || (v->needs & ~features))
            continue;
        double peak = peak_measure(v->scheme, features, PEAK_NS, PEAK_TRIES, &loop);
        v->conv ? bench_conv(v, peak, median_ns) : bench_variant(v, peak);
    }
}
