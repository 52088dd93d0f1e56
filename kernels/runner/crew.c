/* Members wait by looking: a call of a kernel may last a microsecond, and waking a sleeper costs several. Whoever has
 * looked for long lets others run, so a crew larger than its CPUs is slow but ends. */
#define _GNU_SOURCE
#include "crew.h"
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOKS = 1 << 14, STACK_BYTES = 256 << 10, LINE = 64 };

struct member {
    struct crew *crew;
    size_t index;
    pthread_t thread;
};
struct crew {
    _Alignas(LINE) atomic_uint round; /* raised by the caller: a new part is to be done */
    _Alignas(LINE) atomic_uint busy;  /* members that have not finished it */
    _Alignas(LINE) atomic_uint rests; /* 1: whoever waits for a round sleeps */
    crew_part *part;
    void *self;
    size_t members;
    struct member others[CREW_MAX];
};

static inline void relax(void) {
#if defined(__x86_64__)
    __asm__ volatile("pause");
#elif defined(__aarch64__) || (defined(__arm__) && __ARM_ARCH >= 7)
    __asm__ volatile("yield");
#endif
}

/* Until *value is `wanted` (or, with `differs`, is it no more); asleep while *rests is 1. */
static void wait_for(const atomic_uint *value, unsigned wanted, bool differs, atomic_uint *rests) {
    for (unsigned looks = 0; (atomic_load_explicit(value, memory_order_acquire) == wanted) == differs; looks++) {
        if (rests != NULL && atomic_load_explicit(rests, memory_order_acquire) != 0)
            syscall(SYS_futex, rests, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
        else if (looks < LOOKS)
            relax();
        else
            sched_yield();
    }
}

static void *member_main(void *at) {
    struct member *m = at;
    struct crew *crew = m->crew;
    for (unsigned round = 0;; round++) {
        wait_for(&crew->round, round, true, &crew->rests);
        crew->part(crew->self, m->index);
        atomic_fetch_sub_explicit(&crew->busy, 1, memory_order_release);
    }
    return NULL;
}

/* The CPU with number `index` of the set. */
static void nth(const cpu_set_t *cores, size_t index, cpu_set_t *out) {
    CPU_ZERO(out);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, cores) && index-- == 0)
            CPU_SET(cpu, out);
}

static bool start(struct member *m, const cpu_set_t *cores) {
    pthread_attr_t attr;
    cpu_set_t one;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    bool good = pthread_create(&m->thread, &attr, member_main, m) == 0;
    pthread_attr_destroy(&attr);
    nth(cores, m->index, &one);
    return good && (CPU_COUNT(&one) == 0 || pthread_setaffinity_np(m->thread, sizeof one, &one) == 0);
}

struct crew *crew_open(size_t members, const cpu_set_t *cores, crew_part *part, void *self, char *err,
                       size_t err_size) {
    struct crew *crew = members >= 1 && members <= CREW_MAX ? aligned_alloc(LINE, sizeof *crew) : NULL;
    cpu_set_t one;
    if (crew == NULL) {
        snprintf(err, err_size, "no crew of %zu threads: at most %d", members, CREW_MAX);
        return NULL;
    }
    memset(crew, 0, sizeof *crew);
    crew->part = part, crew->self = self, crew->members = members;
    nth(cores, 0, &one);
    bool good = CPU_COUNT(&one) == 0 || pthread_setaffinity_np(pthread_self(), sizeof one, &one) == 0;
    for (size_t i = 1; good && i < members; i++) {
        crew->others[i] = (struct member){.crew = crew, .index = i};
        good = start(&crew->others[i], cores);
    }
    if (good)
        return crew;
    snprintf(err, err_size, "cannot start %zu threads: %s", members, strerror(errno));
    return NULL; /* the process ends after this: nothing is freed under running members */
}

void crew_run(struct crew *crew) {
    atomic_store_explicit(&crew->busy, (unsigned)crew->members - 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&crew->round, 1, memory_order_release);
    crew->part(crew->self, 0);
    wait_for(&crew->busy, 0, false, NULL);
}

void crew_rest(struct crew *crew) { atomic_store_explicit(&crew->rests, 1, memory_order_release); }

void crew_wake(struct crew *crew) {
    atomic_store_explicit(&crew->rests, 0, memory_order_release);
    syscall(SYS_futex, &crew->rests, FUTEX_WAKE_PRIVATE, CREW_MAX, NULL, NULL, 0);
}
