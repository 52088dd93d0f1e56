#define _GNU_SOURCE
#include "../include/kernel.h"
#include "numbers.h"
#include "state.h"
#include "watch.h"
#include <math.h>
#include <stdio.h>

static void put_times(struct text *json, const struct result *r, bool usable, bool whole_process) {
    size_t n = usable ? r->samples : 0; /* a wrong kernel gets no number */
    json_int(json, "iterations", usable ? r->iterations : 0);
    json_int(json, "warmup", r->warmup);
    json_ints(json, "wall_ns", r->wall_ns, n, 1);
    json_ints(json, "cpu_ns", r->cpu_ns, n, 1);
    json_str(json, "cpu_clock", whole_process ? "process" : "thread");
}

static void put_checks(struct text *json, const struct result *r, bool usable) {
    json_bool(json, "check_before", r->check_before);
    json_bool(json, "check_after", r->check_after);
    if (!usable)
        json_str(json, "check_detail", r->detail);
    json_str(json, "digest", r->digest);
    json_str(json, "variant", r->variant);
}

/* A program's counters are of its whole life, not of its timed part: absent rather than misleading. */
static void put_counters(struct text *json, const struct result *r, bool program) {
    json_num(json, "clock_hz", r->clock_hz);
    if (!program) {
        json_int(json, "inv_switches", r->inv_switches);
        json_int(json, "double_ns", r->double_ns); /* 0 = not tried */
        json_int(json, "fresh_ns", r->fresh_ns);
        json_int(json, "minor_faults", r->minor_faults);
        json_int(json, "major_faults", r->major_faults);
    }
    json_str(json, "cpu_mask", r->cpu_mask);
    json_bool(json, "steady", r->steady);
    json_int(json, "weights_bytes", r->weights_bytes);
    json_int(json, "arena_bytes", r->arena_bytes);
    json_int(json, "peak_rss_bytes", r->peak_rss_bytes);
    json_int(json, "load_ns", r->load_ns);
    json_int(json, "first_ns", r->first_ns);
}

/* Of a network whose layers were asked for: times, and the names of the kernels that made its products. */
static void put_layers(struct text *json, const struct result *r, bool usable) {
    if (r->layers == 0 || !usable)
        return;
    json_ints(json, "layer_ns", r->layer_ns, r->layers, 1);
    json_key(json, "layer_variants");
    for (uint32_t i = 0; i < r->layers; i++) {
        size_t line = r->layer_variant[i];
        text_bytes(json, i == 0 ? "[" : ",", 1);
        bool known = line > 0 && line <= kernel_variant_count;
        json_quote(json, known ? kernel_name(&kernel_variants[line - 1]).text : "");
    }
    text_bytes(json, "]", 1);
}

void repetition_frame(struct worker *w, size_t index, const char *kind, struct snapshot *before,
                      struct snapshot *after, bool usable, const struct text *more) {
    const struct job_item *item = &w->job->items[index];
    const struct result *r = &w->result;
    struct text json = {0};
    json_open(&json, kind);
    json_str(&json, "item", item->id);
    json_int(&json, "rep", (int64_t)w->items[index].repetitions);
    put_times(&json, r, usable, item->kind == ITEM_PROGRAM || item->threads > 1);
    put_checks(&json, r, usable);
    put_counters(&json, r, item->kind == ITEM_PROGRAM);
    put_layers(&json, r, usable);
    snapshot_put(&json, "before", before);
    snapshot_put(&json, "after", after);
    json_str(&json, "boot_id", w->boot_id);
    json_str(&json, "runtime_version", r->version);
    json_str(&json, "executed", r->executed);
    const struct choice *choice = item_choice(w, index);
    if (choice != NULL)
        json_str(&json, "choice", choice->words);
    cool_mark(w, &json);
    text_bytes(&json, more->data, more->size);
    json_close(&json);
    ledger_frame(w, index, &json);
    text_free(&json);
}

/* Stops an item when its interval is narrow enough, or at the most repetitions. Width, never significance. */
static void apply_stop_rule(const struct worker *w, struct item_state *s) {
    const struct job *job = w->job;
    double aim = (double)job->precision_ppm * 1e-6;
    bool enough = (int64_t)s->repetitions >= job->repetitions_min;
    if (enough && s->repetitions >= 2 && ci95_half_width(s->ln_p25, s->repetitions) <= aim)
        s->stop = "precision";
    else if ((int64_t)s->repetitions >= job->repetitions_max)
        s->stop = "max";
    else
        return;
    s->stopped = true;
}

static void accept(struct worker *w, struct item_state *s) {
    const struct result *r = &w->result;
    s->ln_p25[s->repetitions++] = log(quantile_of(r->wall_ns, r->samples, 0.25) / (double)r->iterations);
    apply_stop_rule(w, s);
}

void repetition_failed(struct worker *w, size_t index, bool good, enum child_fate fate, const char *words) {
    const struct result *r = &w->result;
    char wrong[WORDS_ROOM];
    if (good) {
        snprintf(wrong, sizeof wrong, "wrong output %s timing: %.280s", r->check_before ? "after" : "before", r->detail);
        ledger_fail(w, index, "failed", wrong);
    } else if (fate != CHILD_HALTED) /* a child that ended with the run is nobody's fault */
        ledger_fail(w, index, fate == CHILD_TIMEOUT ? "timeout" : "failed", words);
}

void repetition_run(struct worker *w, size_t index) {
    struct item_state *s = &w->items[index];
    struct snapshot before, after;
    struct text more = {0};
    char words[WORDS_ROOM];
    enum child_fate fate;
    snapshot_take(w->job, w->job->items[index].cores, &before);
    bool good = repetition_child(w, index, 0, &fate, words, sizeof words);
    snapshot_take(w->job, w->job->items[index].cores, &after);
    const struct result *r = &w->result;
    bool usable = good && r->check_before && r->check_after && r->samples > 0;
    if (good)
        repetition_frame(w, index, "sample", &before, &after, usable, &more);
    if (usable)
        accept(w, s);
    else
        repetition_failed(w, index, good, fate, words);
    text_free(&before.files);
    text_free(&after.files);
}
