/* Items that are one long process: as fast as it goes for minutes, or at a pace. Beside the power sensors, the
 * board's temperature is read while it runs, on a core that it does not use. */
#define _GNU_SOURCE
#include "../board/board.h"
#include "state.h"
#include "watch.h"
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define MARKS_MAX 600
#define UNREAD (-1000000000LL)

/* The temperature while it runs: once a second, or as often as makes 600. */
struct marks {
    const struct worker *w;
    pthread_t thread;
    volatile int stop;
    bool running;
    int64_t began_ns, step_ns, t_ms[MARKS_MAX], mc[MARKS_MAX];
    size_t count;
};

static void *mark(void *argument) {
    struct marks *m = argument;
    while (!m->stop && m->count < MARKS_MAX) {
        int64_t now = clock_now_ns() - m->began_ns;
        if (now < (int64_t)m->count * m->step_ns) { /* naps: the end is not to wait for a long step */
            usleep(50000);
            continue;
        }
        m->t_ms[m->count] = now / 1000000;
        if (!cool_read(m->w, &m->mc[m->count]))
            m->mc[m->count] = UNREAD;
        m->count++;
    }
    return NULL;
}

static void marks_start(struct marks *m, const struct worker *w, int64_t length_ns, const cpu_set_t *work) {
    cpu_set_t spare;
    int64_t mc;
    memset(m, 0, sizeof *m);
    m->w = w;
    m->step_ns = length_ns / MARKS_MAX > 1000000000 ? length_ns / MARKS_MAX : 1000000000;
    m->began_ns = clock_now_ns();
    m->running = cool_read(w, &mc) && pthread_create(&m->thread, NULL, mark, m) == 0;
    if (m->running && cores_spare(work, &spare))
        pthread_setaffinity_np(m->thread, sizeof spare, &spare);
}

static void marks_stop(struct marks *m) {
    m->stop = 1;
    if (m->running)
        pthread_join(m->thread, NULL);
}

static void put_marks(struct text *json, const struct marks *m) {
    if (!m->running)
        return;
    json_int(json, "marks_ns", m->began_ns);
    json_ints(json, "mark_ms", m->t_ms, m->count, 1);
    json_ints(json, "mark_mc", m->mc, m->count, 1);
}

static void put_long(struct text *json, const struct job_item *item, const struct result *r) {
    json_int(json, "begin_ns", r->begin_ns);
    json_int(json, "end_ns", r->end_ns);
    json_int(json, "inferences", r->inferences);
    if (item->pace_ns > 0) {
        json_int(json, "releases", r->releases);
        json_int(json, "missed", r->missed);
        json_int(json, "busy_ns", r->busy_ns);
        json_ints(json, "response_ns", r->response_ns, PACE_COUNT, 1);
    } else {
        json_ints(json, "bucket_n", r->bucket_n, r->samples, 1);
        json_ints(json, "bucket_hz", r->bucket_hz, (r->samples + CLOCK_EVERY - 1) / CLOCK_EVERY, 1);
    }
}

static void one(struct worker *w, size_t index) {
    const struct job_item *item = &w->job->items[index];
    const struct result *r = &w->result;
    static struct marks marks;
    struct snapshot before, after;
    struct text more = {0};
    cpu_set_t allowed, work;
    char words[WORDS_ROOM];
    enum child_fate fate;
    CPU_ZERO(&work);
    if (!cores_allowed(&allowed) || !cores_choose(item->cores, &allowed, &work, words, sizeof words)) {
        ledger_fail(w, index, "failed", words);
        return;
    }
    cool_phase(w);
    cool_down(w, w->job->cool_mc);
    cool_say(w, "one run of %.0f s begins", item->sustain_ns / 1000000, 0);
    snapshot_take(w->job, item->cores, &before);
    sampler_start(&w->sampler, &work);
    energy_guard(w);
    marks_start(&marks, w, item->sustain_ns, &work);
    bool good = repetition_child(w, index, item->sustain_ns, &fate, words, sizeof words);
    marks_stop(&marks);
    energy_guard(w);
    sampler_stop(&w->sampler);
    snapshot_take(w->job, item->cores, &after);
    bool usable = good && r->check_before && r->check_after && r->samples > 0;
    if (usable) {
        put_long(&more, item, r);
        put_marks(&more, &marks);
    }
    if (good)
        repetition_frame(w, index, "long", &before, &after, usable, &more);
    if (usable) {
        energy_put(w, index, 0);
        w->items[index].stop = "done";
        ledger_close(w, index, true);
    } else
        repetition_failed(w, index, good, fate, words);
    text_free(&before.files);
    text_free(&after.files);
    text_free(&more);
}

void long_run(struct worker *w) {
    for (size_t i = 0; i < w->job->item_count; i++) {
        if (w->job->items[i].sustain_ns == 0 || w->items[i].final)
            continue;
        if (halted(w))
            return;
        one(w, i);
    }
}
