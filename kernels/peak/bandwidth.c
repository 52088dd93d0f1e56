/* Read bandwidth: a buffer summed again and again, 16 bytes at a time, by 8 independent sums. */
#include "peak.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint32_t vector __attribute__((vector_size(16)));
enum { STREAMS = 8, BLOCK = STREAMS * sizeof(vector) };

static uint32_t read_once(const vector *from, size_t blocks) {
    vector sum[STREAMS] = {{0}};
    for (; blocks; blocks--, from += STREAMS)
#pragma clang loop unroll(full)
        for (int i = 0; i < STREAMS; i++)
            sum[i] ^= from[i];
    for (int i = 1; i < STREAMS; i++)
        sum[0] ^= sum[i];
    return sum[0][0] ^ sum[0][1] ^ sum[0][2] ^ sum[0][3];
}

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

double peak_read_bandwidth(size_t bytes, uint64_t ns) {
    size_t blocks = bytes / BLOCK;
    vector *buffer = blocks ? aligned_alloc(64, (blocks * BLOCK + 63) / 64 * 64) : NULL;
    if (!buffer)
        return 0;
    memset(buffer, 1, blocks * BLOCK); /* memory that was never written is one page of zeros */
    uint32_t sum = read_once(buffer, blocks);
    double best = 0, begin = cpu_ns(), now = begin;
    for (uint64_t calls = 1; now - begin < (double)ns; calls *= 2) {
        double start = now;
        for (uint64_t i = 0; i < calls; i++) {
            sum += read_once(buffer, blocks);
            __asm__ volatile("" : "+r"(sum)::"memory"); /* each call must read again */
        }
        now = cpu_ns();
        double rate = now > start ? 1e9 * (double)calls * (double)(blocks * BLOCK) / (now - start) : 0;
        best = rate > best ? rate : best;
    }
    free(buffer);
    return best;
}
