/* Read bandwidth: a buffer read again and again by each of the loops, the best piece of the best loop counts. */
#include "../isa/needs.h"
#include "peak.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READ(form, isa) void peak_read_##form##__##isa(const void *from, size_t bytes);
#include "reads.def"
#undef READ

static const struct read_loop {
    const char *name;
    uint32_t needs;
    void (*run)(const void *from, size_t bytes);
} reads[] = {
#define READ(form, isa) {"read_" #form "__" #isa, ISA_NEED_##isa, peak_read_##form##__##isa},
#include "reads.def"
#undef READ
};
enum { READS = sizeof reads / sizeof reads[0], ALIGN = 4096, FIRST = 3 };

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* Pieces of twice as many passes each, until the time is over; short ones are spoilt by the clock's own cost only.
 * The first passes do not count: a buffer about as large as a cache is found there in part when another loop has just
 * gone through it in another order, which no pass after it does. */
static double best_rate(const struct read_loop *loop, const void *buffer, size_t bytes, double ns) {
    for (int i = 0; i < FIRST; i++)
        loop->run(buffer, bytes);
    double best = 0, begin = cpu_ns(), now = begin;
    uint64_t passes = 1;
    while (now - begin < ns) {
        double start = now;
        for (uint64_t i = 0; i < passes; i++)
            loop->run(buffer, bytes);
        now = cpu_ns();
        double took = now - start, rate = took > 0 ? 1e9 * (double)passes * (double)bytes / took : 0;
        best = rate > best ? rate : best;
        if (took < ns / 8)
            passes *= 2;
    }
    return best;
}

double peak_read_over(const void *at, size_t bytes, uint32_t features, uint64_t ns, const char **name) {
    const size_t step = PEAK_READ_STEP * 4;
    double best = 0;
    bytes = bytes / step * step;
    *name = NULL;
    for (size_t i = 0; bytes > 0 && i < READS; i++) {
        double rate = reads[i].needs & ~features ? 0 : best_rate(&reads[i], at, bytes, (double)ns);
        if (rate > best) {
            best = rate;
            *name = reads[i].name;
        }
    }
    return best;
}

double peak_read_bandwidth(size_t bytes, uint32_t features, uint64_t ns, const char **name) {
    void *buffer = bytes ? aligned_alloc(ALIGN, (bytes + ALIGN - 1) / ALIGN * ALIGN) : NULL;
    *name = NULL;
    if (!buffer)
        return 0;
    memset(buffer, 1, bytes); /* memory that was never written is one page of zeros */
    double rate = peak_read_over(buffer, bytes, features, ns, name);
    free(buffer);
    return rate;
}
