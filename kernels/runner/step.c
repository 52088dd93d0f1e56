/* Sensors on trial: do the watts move when every core works, and does reading them slow the work down? */
#define _GNU_SOURCE
#include "../board/board.h"
#include "files.h"
#include "spin.h"
#include "state.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SETTLE_NS 500000000 /* a chip that averages gives what was up to half a second ago */
#define COOL_NS 1500000000
#define WORK_LEAST_NS 50000000
#define WORK_MOST_NS 200000000
#define FASTER 4

enum { OFF, ON, FAST, WAYS };

struct cost {
    int64_t ns[WAYS * 2][JOB_COST_PAIRS_MAX]; /* wall and CPU time of each way */
    int64_t readings[WAYS], core_ns[WAYS], reader_cpu_ns;
    size_t pairs;
};

static bool spin(struct worker *w, size_t index, const char *cores, int64_t ns, int64_t chunks,
                 struct spin_done *done) {
    memset(done, 0, sizeof *done);
    int64_t timeout_s = w->job->items[index].timeout_s;
    char ns_word[24], chunks_word[24], words[WORDS_ROOM], cancel[PATH_ROOM];
    const char *argv[] = {"runner", "spin", w->dir, w->job->run, cores, ns_word, chunks_word, NULL};
    struct child_spec spec = {.argv = argv,
                              .env = environ,
                              .most = sizeof *done,
                              .timeout_ns = timeout_s * 1000000000 + ns,
                              .deadline_fd = w->deadline_fd,
                              .cancel = run_path(w->dir, w->job->run, ".cancel", cancel) ? cancel : NULL};
    struct child_end end;
    snprintf(ns_word, sizeof ns_word, "%lld", (long long)ns);
    snprintf(chunks_word, sizeof chunks_word, "%lld", (long long)chunks);
    child_run(&spec, &end);
    bool good = !child_words(&end, "the load of the self-test", timeout_s, words, sizeof words);
    if (!good)
        fprintf(stderr, "runner: %s\n", words);
    good = good && end.output.size == sizeof *done;
    if (good)
        memcpy(done, end.output.data, sizeof *done);
    text_free(&end.output);
    return good;
}

void step_window(struct worker *w) {
    int64_t guard_ns = sampler_guard_ns(&w->sampler), settle_ns = guard_ns > SETTLE_NS ? guard_ns : SETTLE_NS;
    struct spin_done done;
    cpu_set_t all;
    char mask[CPU_SETSIZE / 4 + 3];
    if (w->job->step_ns == 0 || halted(w) || !cores_allowed(&all))
        return;
    cores_text(&all, mask, sizeof mask);
    sampler_start(&w->sampler, &all);
    bool good = spin(w, 0, "all", w->job->step_ns + 2 * settle_ns, 0, &done);
    sampler_stop(&w->sampler);
    if (good)
        energy_board_window(w, "step", mask, done.begin_ns + settle_ns, done.end_ns - settle_ns);
    halt_rest(w, COOL_NS);
}

static int64_t work_ns(const struct worker *w) {
    int64_t ns = WORK_MOST_NS;
    for (size_t i = 0; i < w->sampler.count; i++)
        if (w->sampler.logs[i].sensor->period_ns < ns)
            ns = w->sampler.logs[i].sensor->period_ns;
    return ns > WORK_LEAST_NS ? ns : WORK_LEAST_NS;
}

static void put_cost(struct worker *w, const struct cost *cost, const char *mask, bool spare) {
    static const char names[WAYS * 2][16] = {"off_wall_ns", "off_cpu_ns",   "on_wall_ns",
                                             "on_cpu_ns",   "fast_wall_ns", "fast_cpu_ns"};
    struct text json = {0};
    json_open(&json, "sampling_cost");
    json_str(&json, "cpu_mask", mask);
    json_bool(&json, "spare", spare);
    for (size_t i = 0; i < WAYS * 2; i++)
        json_ints(&json, names[i], cost->ns[i], cost->pairs, 1);
    json_int(&json, "readings", cost->readings[ON]);
    json_int(&json, "fast_readings", cost->readings[FAST]);
    json_int(&json, "off_core_ns", cost->core_ns[OFF]);
    json_int(&json, "reader_cpu_ns", cost->reader_cpu_ns);
    json_close(&json);
    spool_put(&w->spool, &json);
    text_free(&json);
}

static bool one_cost(struct worker *w, size_t index, size_t way, const cpu_set_t *work, int64_t chunks,
                     struct cost *cost) {
    struct sampler *s = &w->sampler;
    struct spin_done done;
    int64_t taken = sampler_taken(s);
    s->faster = way == FAST ? FASTER : 1;
    s->cpu_ns = 0;
    if (way != OFF)
        sampler_start(s, work);
    bool good = spin(w, index, w->job->items[index].cores, 0, chunks, &done);
    sampler_stop(s);
    s->faster = 1;
    cost->readings[way] += sampler_taken(s) - taken;
    cost->reader_cpu_ns += s->cpu_ns;
    cost->core_ns[way] += done.core_ns;
    cost->ns[2 * way][cost->pairs] = done.end_ns - done.begin_ns;
    cost->ns[2 * way + 1][cost->pairs] = done.cpu_ns;
    return good;
}

void step_cost(struct worker *w, size_t index) {
    static struct cost cost;
    const char *cores = w->job->items[index].cores;
    struct spin_done sized;
    cpu_set_t allowed, work, spare;
    char mask[CPU_SETSIZE / 4 + 3], words[WORDS_ROOM];
    bool good = w->job->cost_pairs > 0 && w->sampler.count > 0 && !halted(w) && cores_allowed(&allowed) &&
                cores_choose(cores, &allowed, &work, words, sizeof words) &&
                spin(w, index, cores, work_ns(w), 0, &sized);
    /* by CPU time: what else runs there must not make the piece short */
    int64_t chunks =
        good ? 1 + sized.chunks * (work_ns(w) * CPU_COUNT(&work) / 1000) / (sized.cpu_ns / 1000 + 1) : 0;
    for (; good && !halted(w) && (int64_t)cost.pairs < w->job->cost_pairs; cost.pairs += good)
        for (size_t i = 0; good && i < WAYS; i++) /* none of them is always the first */
            good = one_cost(w, index, (i + cost.pairs) % WAYS, &work, chunks, &cost);
    if (cost.pairs == 0)
        return;
    cores_text(&work, mask, sizeof mask);
    put_cost(w, &cost, mask, cores_spare(&work, &spare));
    halt_rest(w, COOL_NS);
}
