/* The seven clocks of the runner. */
#define _GNU_SOURCE
#include "board.h"
#include <time.h>

static int64_t read_ns(clockid_t id) {
    struct timespec t;
    if (clock_gettime(id, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_now_ns(void) { return read_ns(CLOCK_MONOTONIC); }

int64_t clock_raw_ns(void) { return read_ns(CLOCK_MONOTONIC_RAW); }

int64_t clock_real_us(void) { return read_ns(CLOCK_REALTIME) / 1000; }

int64_t clock_thread_ns(void) { return read_ns(CLOCK_THREAD_CPUTIME_ID); }

int64_t clock_process_ns(void) { return read_ns(CLOCK_PROCESS_CPUTIME_ID); }

int64_t clock_boot_ns(void) { return read_ns(CLOCK_BOOTTIME); }

int64_t clock_step_ns(void) {
    int64_t step = INT64_MAX, last = clock_now_ns(), begin = last;
    /* A coarse clock (4 ms jiffies) needs waiting, a fine one some hundred calls. */
    for (int steps = 0; steps < 200 && last - begin < 20000000;) {
        int64_t now = clock_now_ns();
        if (now == last)
            continue;
        if (now > last && now - last < step)
            step = now - last;
        last = now;
        steps++;
    }
    return step == INT64_MAX ? 1 : step;
}
