#define _GNU_SOURCE
#include "../board/board.h"
#include "numbers.h"
#include "state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_OLD_NS 300000000000LL

static bool wanted(const struct worker *w, size_t index, int64_t window) {
    return !w->items[index].final && w->job->items[index].energy_windows > window && energy_is_read(w);
}

/* Readings outside a window, to interpolate at its ends. A busy board may be late, a broken sensor never comes. */
void energy_guard(struct worker *w) {
    sampler_mark(&w->sampler);
    for (int tries = 0; tries < 8 && !halted(w); tries++) {
        halt_rest(w, sampler_guard_ns(&w->sampler));
        if (sampler_covers(&w->sampler))
            break;
    }
    sampler_give_up(&w->sampler);
}

bool energy_is_read(const struct worker *w) { return w->sampler.count > 0 || w->job->meters; }

/* What the i-th sensor said of a window; past the last one: times only, for the meters beside the board. */
static void put_readings(const struct worker *w, struct text *json, size_t i, int64_t begin_ns, int64_t end_ns) {
    if (i < w->sampler.count) {
        json_str(json, "sensor", w->sampler.logs[i].sensor->id);
        sensor_json(json, &w->sampler.logs[i], begin_ns, end_ns);
        return;
    }
    json_str(json, "sensor", "");
    json_int(json, "begin_ns", begin_ns);
    json_int(json, "end_ns", end_ns);
    json_ints(json, "t_ns", NULL, 0, 1);
    json_ints(json, "raw", NULL, 0, 1);
}

void energy_board_window(struct worker *w, const char *kind, const char *cpu_mask, int64_t begin_ns, int64_t end_ns) {
    for (size_t i = 0; i < w->sampler.count + (w->job->meters != 0); i++) {
        struct text json = {0};
        json_open(&json, kind);
        if (cpu_mask != NULL)
            json_str(&json, "cpu_mask", cpu_mask);
        put_readings(w, &json, i, begin_ns, end_ns);
        json_close(&json);
        spool_put(&w->spool, &json);
        text_free(&json);
    }
}

static void idle_window(struct worker *w) {
    cpu_set_t nobody;
    if (w->job->idle_ns == 0 || !energy_is_read(w) || halted(w))
        return;
    cool_phase(w);
    cool_down(w, w->job->cool_mc);
    CPU_ZERO(&nobody);
    sampler_start(&w->sampler, &nobody);
    energy_guard(w);
    int64_t begin_ns = clock_now_ns();
    halt_rest(w, w->job->idle_ns);
    int64_t end_ns = clock_now_ns();
    energy_guard(w);
    sampler_stop(&w->sampler);
    if (halted(w) && w->halt == HALT_DEADLINE) /* the window was cut short */
        return;
    energy_board_window(w, "idle", NULL, begin_ns, end_ns);
    w->idle_end_ns = end_ns;
}

/* So that what idleness drifts between two looks at it stays bounded, however many items there are. */
static bool idle_is_old(const struct worker *w) {
    int64_t most_ns = 10 * w->job->idle_ns > IDLE_OLD_NS ? 10 * w->job->idle_ns : IDLE_OLD_NS;
    return clock_now_ns() - w->idle_end_ns > most_ns;
}

void energy_put(struct worker *w, size_t index, int64_t window) {
    const struct result *r = &w->result;
    for (size_t i = 0; i < w->sampler.count + (w->job->meters != 0); i++) {
        struct text json = {0};
        json_open(&json, "energy");
        json_str(&json, "item", w->job->items[index].id);
        json_int(&json, "window", window);
        json_int(&json, "inferences", r->inferences);
        json_bool(&json, "check", r->check_before && r->check_after);
        cool_mark(w, &json);
        put_readings(w, &json, i, r->begin_ns, r->end_ns);
        json_close(&json);
        ledger_frame(w, index, &json);
        text_free(&json);
    }
}

/* A window that fails spoils the energy entry, not the times that are already proven. A wrong output spoils all:
 * the kernel that was timed is not right every time. */
static void energy_window(struct worker *w, size_t index, int64_t window) {
    const struct job_item *item = &w->job->items[index];
    cpu_set_t allowed, work;
    char words[WORDS_ROOM];
    enum child_fate fate;
    CPU_ZERO(&work);
    if (!cores_allowed(&allowed) || !cores_choose(item->cores, &allowed, &work, words, sizeof words))
        return;
    sampler_start(&w->sampler, &work);
    energy_guard(w);
    bool good = repetition_child(w, index, item->energy_window_ns, &fate, words, sizeof words);
    energy_guard(w);
    sampler_stop(&w->sampler);
    if (good && w->result.end_ns > w->result.begin_ns)
        energy_put(w, index, window);
    if (good && !(w->result.check_before && w->result.check_after)) {
        snprintf(words, sizeof words, "wrong output in an energy window: number %lld, %.240s", (long long)window,
                 w->result.detail);
        ledger_fail(w, index, "failed", words);
    } else if (!good && fate != CHILD_HALTED)
        snprintf(w->items[index].words, sizeof w->items[index].words, "energy window %lld: %.280s", (long long)window,
                 words);
}

static void all_windows(struct worker *w, uint32_t *order) {
    int64_t most = 0;
    for (size_t i = 0; i < w->job->item_count; i++)
        if (wanted(w, i, most))
            most = w->job->items[i].energy_windows;
    for (int64_t window = 0; window < most; window++) {
        shuffle(order, w->job->item_count, &w->random);
        for (size_t i = 0; i < w->job->item_count; i++) {
            if (!wanted(w, order[i], window))
                continue;
            if (w->job->idle_ns > 0 && idle_is_old(w))
                idle_window(w);
            if (halted(w))
                return;
            energy_window(w, order[i], window);
            if (!w->items[order[i]].final)
                ledger_close(w, order[i], false);
        }
    }
}

static bool is_long(const struct worker *w, size_t index) {
    return !w->items[index].final && w->job->items[index].sustain_ns > 0;
}

void energy_run(struct worker *w) {
    size_t first = 0;
    while (first < w->job->item_count && !wanted(w, first, 0) && !is_long(w, first))
        first++;
    bool any = first < w->job->item_count;
    uint32_t *order = calloc(w->job->item_count, sizeof *order);
    if (any && order != NULL && !halted(w)) {
        idle_window(w);
        if (energy_is_read(w)) {
            step_window(w);
            step_cost(w, first);
        }
        all_windows(w, order);
        long_run(w);
        idle_window(w);
    }
    free(order);
}
