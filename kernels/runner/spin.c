#define _GNU_SOURCE
#include "spin.h"
#include "../board/board.h"
#include "../isa/isa.h"
#include "../peak/peak.h"
#include "codes.h"
#include "crew.h"
#include "files.h"
#include "frame.h"
#include "hello.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum { CHUNK = 4096 }; /* iterations: tens of microseconds */

struct spin {
    const struct peak_loop *loop;
    int64_t chunks, until_ns;
    struct spin_done done;
};

/* The widest of them works hardest; every board has one, be it of scalars. */
static const struct peak_loop *widest(uint32_t features) {
    const struct peak_loop *best = NULL;
    for (size_t i = 0; i < peak_loop_count; i++) {
        const struct peak_loop *loop = &peak_loops[i];
        if (strcmp(loop->unit, "fp32") == 0 && !(loop->needs & ~features) &&
            (best == NULL || loop->ops_per_iter > best->ops_per_iter))
            best = loop;
    }
    return best;
}

static void part(void *self, size_t index) {
    struct spin *s = self;
    int64_t done = 0, begin = clock_now_ns(), cpu = clock_thread_ns();
    do {
        s->loop->run(CHUNK);
        done++;
    } while (s->chunks > 0 ? done < s->chunks : clock_now_ns() < s->until_ns);
    __atomic_add_fetch(&s->done.cpu_ns, clock_thread_ns() - cpu, __ATOMIC_RELAXED);
    __atomic_add_fetch(&s->done.core_ns, clock_now_ns() - begin, __ATOMIC_RELAXED);
    if (index == 0)
        s->done.chunks = done;
}

int spin_verb(int argc, char **argv) {
    static struct text text;
    static struct job job;
    static struct spin s;
    char err[WORDS_ROOM] = "words are missing";
    cpu_set_t allowed, cores;
    struct crew *crew = NULL;
    fcntl(RESULT_FD, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (argc == 5 && job_load(argv[0], argv[1], &text, &job, err, sizeof err) &&
        isa_apply(job.isa_mask, err, sizeof err) && cores_allowed(&allowed) &&
        cores_choose(argv[2], &allowed, &cores, err, sizeof err) && cores_pin(&cores, err, sizeof err)) {
        int count = CPU_COUNT(&cores);
        crew = crew_open(count < CREW_MAX ? (size_t)count : CREW_MAX, &cores, part, &s, err, sizeof err);
    }
    s.loop = widest(isa_features());
    if (crew == NULL || s.loop == NULL) {
        fprintf(stderr, "runner: spin: %s\n", err);
        return EXIT_BUG;
    }
    s.done.begin_ns = clock_now_ns();
    s.until_ns = s.done.begin_ns + strtoll(argv[3], NULL, 10);
    s.chunks = strtoll(argv[4], NULL, 10);
    crew_run(crew);
    s.done.end_ns = clock_now_ns();
    return write_all(RESULT_FD, &s.done, sizeof s.done) ? 0 : EXIT_BUG;
}
