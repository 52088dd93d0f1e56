/* Timing of the register-only loops and of the core's clock, by the thread's CPU time: other work on the machine
 * makes a wall clock lie. */
#include "peak.h"
#include "../isa/needs.h"
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define PEAK(form, unit, isa, ops) void peak_##form##__##isa(uint64_t iterations);
#include "peaks.def"
#undef PEAK

const struct peak_loop peak_loops[] = {
#define PEAK(form, unit, isa, ops) {#form "__" #isa, #unit, ISA_NEED_##isa, ops, peak_##form##__##isa},
#include "peaks.def"
#undef PEAK
};
const size_t peak_loop_count = sizeof peak_loops / sizeof peak_loops[0];

const char *const peak_units[] = {"w1a1", "w8a8", "fp32", "fp16", "bf16"};
const size_t peak_unit_count = sizeof peak_units / sizeof peak_units[0];

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double time_loop(void (*run)(uint64_t), uint64_t iterations) {
    double begin = cpu_ns();
    run(iterations);
    return cpu_ns() - begin;
}

/* Iterations that last about `ns`; the search also warms the core up. */
static uint64_t size_loop(void (*run)(uint64_t), uint64_t ns) {
    uint64_t iterations = 64;
    for (;;) {
        double took = time_loop(run, iterations);
        if (took >= (double)ns / 4) {
            double wanted = (double)iterations * (double)ns / took;
            return wanted < 1 ? 1 : (uint64_t)wanted;
        }
        iterations *= took < (double)ns / 64 ? 8 : 2;
    }
}

/* Iterations/s at the best of `tries`: what disturbs a loop can only make it slower. */
static double best_rate(void (*run)(uint64_t), uint64_t ns, unsigned tries) {
    uint64_t iterations = size_loop(run, ns);
    double best = 0;
    for (unsigned i = 0; i < tries || i == 0; i++) {
        double took = time_loop(run, iterations);
        double rate = took > 0 ? 1e9 * (double)iterations / took : 0;
        best = rate > best ? rate : best;
    }
    return best;
}

double peak_measure_loop(const struct peak_loop *loop, uint64_t ns, unsigned tries) {
    return loop->ops_per_iter * best_rate(loop->run, ns, tries);
}

/* Halves can be widened when they are packed, so the limit of fp32 is one of theirs as well. */
static bool serves(const struct peak_loop *loop, const char *unit) {
    bool halves = strcmp(unit, "fp16") == 0 || strcmp(unit, "bf16") == 0;
    return strcmp(loop->unit, unit) == 0 || (halves && strcmp(loop->unit, "fp32") == 0);
}

/* Loops of other instruction sets are far behind; only those near the best are worth the whole time. */
double peak_measure(const char *unit, uint32_t features, uint64_t ns, unsigned tries, const char **name) {
    double scouted[sizeof peak_loops / sizeof peak_loops[0]] = {0}, top = 0, best = 0;
    *name = NULL;
    for (size_t i = 0; i < peak_loop_count; i++) {
        const struct peak_loop *loop = &peak_loops[i];
        if (serves(loop, unit) && !(loop->needs & ~features))
            scouted[i] = peak_measure_loop(loop, ns / 16, 1);
        top = scouted[i] > top ? scouted[i] : top;
    }
    for (size_t i = 0; i < peak_loop_count; i++) {
        double rate = scouted[i] > 0.7 * top ? peak_measure_loop(&peak_loops[i], ns, tries) : scouted[i];
        if (rate > best) {
            best = rate;
            *name = peak_loops[i].name;
        }
    }
    return best;
}

/* 64 adds, each waiting for the one before. Register with register: newer cores carry out an add of a constant while
 * renaming, in no time at all. */
#if defined(__x86_64__)
#define ADD "add %1, %0\n\t"
#else
#define ADD "add %0, %0, %1\n\t"
#endif
#define ADD4 ADD ADD ADD ADD
#define ADD16 ADD4 ADD4 ADD4 ADD4
enum { CHAIN = 64 };

static void add_chain(uint64_t iterations) {
    uintptr_t sum = 0, one = 1;
    for (; iterations; iterations--)
        __asm__ volatile(ADD16 ADD16 ADD16 ADD16 : "+r"(sum) : "r"(one));
}

double peak_clock_hz(uint64_t ns) {
    /* short pieces, the best of them: an interrupt in one does not spoil the rest */
    enum { PIECES = 8 };
    return CHAIN * best_rate(add_chain, ns / (PIECES + 2), PIECES);
}
