#define _GNU_SOURCE
#include "worker.h"
#include "../board/board.h"
#include "child.h"
#include "files.h"
#include "hello.h"
#include "numbers.h"
#include "state.h"
#include "subject.h"
#include "watch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEAKS_NS 120000000000LL

static bool open_items(struct worker *w) {
    w->items = calloc(w->job->item_count, sizeof *w->items);
    for (size_t i = 0; w->items != NULL && i < w->job->item_count; i++) {
        w->items[i].ln_p25 = calloc((size_t)w->job->repetitions_max, sizeof(double));
        w->items[i].status = "done";
        w->items[i].stop = "open";
        w->items[i].stopped = w->job->items[i].sustain_ns > 0; /* has no repetitions */
        sha256_start(&w->items[i].digest);
        if (w->items[i].ln_p25 == NULL)
            return false;
    }
    return w->items != NULL;
}

static void put_hello(struct worker *w) {
    struct text json = {0};
    hello_json(&json, "/", w->job);
    spool_put(&w->spool, &json);
    text_free(&json);
}

/* The child writes one JSON object a line; one that died in between leaves fewer peaks. No item waits for its
 * result, so a cancelled run does not let it finish. */
static void put_peaks(struct worker *w) {
    const char *argv[] = {"runner", "peak", w->dir, w->job->run, NULL};
    struct child_spec spec = {
        .argv = argv, .env = environ, .most = 4096, .timeout_ns = PEAKS_NS, .deadline_fd = w->deadline_fd};
    struct child_end end;
    char words[WORDS_ROOM], cancel[PATH_ROOM];
    if (!w->job->peaks)
        return;
    if (run_path(w->dir, w->job->run, ".cancel", cancel))
        spec.cancel = cancel;
    child_run(&spec, &end);
    if (child_words(&end, "the peak loops", PEAKS_NS / 1000000000, words, sizeof words))
        fprintf(stderr, "runner: %s\n", words);
    for (char *at = end.output.data, *stop; at != NULL && (stop = strchr(at, '\n')) != NULL; at = stop + 1) {
        struct text json = {.data = at, .size = (size_t)(stop - at)};
        spool_put(&w->spool, &json);
    }
    text_free(&end.output);
}

/* While the peak loops run nothing else of ours does: what else the board did then, it does beside the items too. */
static void put_peaks_and_state(struct worker *w) {
    struct snapshot before, after;
    struct text json = {0};
    if (halted(w)) /* before it began */
        return;
    snapshot_take(w->job, w->job->items[0].cores, &before);
    put_peaks(w);
    snapshot_take(w->job, w->job->items[0].cores, &after);
    json_open(&json, "state");
    snapshot_put(&json, "before", &before);
    snapshot_put(&json, "after", &after);
    json_close(&json);
    spool_put(&w->spool, &json);
    text_free(&json);
}

/* Closes an item for good unless its energy windows are still to come. */
static void close_stopped(struct worker *w, size_t index) {
    struct item_state *s = &w->items[index];
    bool more = w->job->items[index].energy_windows > 0 && energy_is_read(w);
    if (s->stopped && !s->final && !more)
        ledger_close(w, index, true);
}

static bool over_budget(const struct worker *w) {
    return clock_now_ns() - w->began_ns >= w->job->budget_s * 1000000000;
}

static bool any_open(const struct worker *w) {
    for (size_t i = 0; i < w->job->item_count; i++)
        if (!w->items[i].stopped)
            return true;
    return false;
}

static void stop_all(struct worker *w, const char *stop) {
    for (size_t i = 0; i < w->job->item_count; i++)
        if (!w->items[i].stopped) {
            w->items[i].stopped = true;
            w->items[i].stop = stop;
        }
}

/* One repetition of every open item, in an order of its own: drift and heat favour nobody. */
static void round_of_all(struct worker *w, uint32_t *order) {
    shuffle(order, w->job->item_count, &w->random);
    for (size_t i = 0; i < w->job->item_count; i++) {
        if (w->items[order[i]].stopped)
            continue;
        if (halted(w))
            return;
        repetition_run(w, order[i]);
        close_stopped(w, order[i]);
    }
    for (size_t i = 0; i < w->job->item_count; i++)
        if (w->items[i].dirty && !w->items[i].final)
            ledger_close(w, i, false);
}

/* Returns why the last round was the last. */
static const char *rounds(struct worker *w) {
    const char *stop = "done";
    uint32_t *order = calloc(w->job->item_count, sizeof *order);
    for (int64_t round = 0; order != NULL && any_open(w) && !halted(w); round++) {
        if (round > 0 && over_budget(w)) {
            stop = "budget";
            break;
        }
        cool_down(w, w->job->cool_round_mc);
        round_of_all(w, order);
    }
    free(order);
    return stop;
}

static const char *halt_word(const struct worker *w) {
    return w->halt == HALT_DEADLINE ? "deadline" : "cancelled";
}

/* Every item that is not closed for good gets its last word. */
static void close_all(struct worker *w, const char *stop) {
    stop_all(w, stop);
    for (size_t i = 0; i < w->job->item_count; i++) {
        struct item_state *s = &w->items[i];
        if (s->final)
            continue;
        if (s->count == 0 && w->halt == HALT_DEADLINE) {
            s->status = "timeout";
            snprintf(s->words, sizeof s->words, "the run's deadline came before its first repetition was done");
        }
        if (strcmp(s->stop, "open") == 0) /* a long run whose turn never came, or that was cut */
            s->stop = halted(w) ? halt_word(w) : stop;
        ledger_close(w, i, true);
    }
}

static void put_end(struct worker *w, const char *stop) {
    struct text json = {0};
    json_open(&json, "end");
    json_str(&json, "run", w->job->run);
    json_str(&json, "stop", stop);
    json_str(&json, "boot_id", w->boot_id);
    json_int(&json, "frames", w->spool.seq + 1); /* this one too */
    json_close(&json);
    spool_put(&w->spool, &json);
    text_free(&json);
}

static void remove_refs(const struct worker *w) {
    static const char *const ends[] = {"", REF_UNDONE /* of an oracle that was killed */, REF_A, REF_B};
    char path[PATH_ROOM];
    for (size_t i = 0; i < w->job->item_count; i++)
        for (size_t e = 0; e < sizeof ends / sizeof *ends && item_has_oracle(&w->job->items[i]); e++)
            if (ref_path(w->dir, w->job, i, ends[e], path))
                unlink(path);
}

int worker_main(const struct job *job, const char *dir, int spool_fd) {
    static struct worker w;
    w.job = job;
    w.dir = dir;
    w.spool.fd = spool_fd;
    w.began_ns = clock_now_ns();
    w.random = (uint64_t)job->seed;
    halt_prepare(&w);
    board_boot_id("/", w.boot_id, sizeof w.boot_id);
    if (!open_items(&w)) {
        fprintf(stderr, "runner: out of memory\n");
        return EXIT_BUG;
    }
    sampler_open(&w.sampler, job);
    put_hello(&w);
    put_peaks_and_state(&w);
    const char *stop = rounds(&w);
    stop_all(&w, halted(&w) ? halt_word(&w) : stop);
    energy_run(&w);
    close_all(&w, stop);
    remove_refs(&w);
    put_end(&w, halted(&w) ? halt_word(&w) : stop);
    return EXIT_CLOSED;
}
