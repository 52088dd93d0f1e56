#define _GNU_SOURCE
#include "rep.h"
#include "../board/board.h"
#include "../isa/isa.h"
#include "../peak/peak.h"
#include "files.h"
#include "frame.h"
#include "hello.h"
#include "measure.h"
#include "whole.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEAK_NS 20000000 /* of one try of a loop, of those near the best only: 1.3 s on x86-64 */
#define READ_NS 8000000 /* of one read loop: 12 of them on 4 levels make 0.4 s */

struct order {
    struct text text;
    struct job job;
    const char *dir;
    const struct job_item *item;
    size_t index;
    cpu_set_t cores;
    char err[WORDS_ROOM];
};

/* argv: DIR RUN [INDEX]. Sets everything up that all children share; false + err. */
static bool take_order(struct order *o, int argc, char **argv) {
    memset(o, 0, sizeof *o);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a worker killed with kill -9 leaves nobody behind */
    if (argc < 2)
        return false;
    o->dir = argv[0];
    o->index = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    if (!job_load(o->dir, argv[1], &o->text, &o->job, o->err, sizeof o->err) ||
        !isa_apply(o->job.isa_mask, o->err, sizeof o->err))
        return false;
    if (o->index >= o->job.item_count)
        return false;
    o->item = &o->job.items[o->index];
    return true;
}

static bool pin(struct order *o, const char *cores) {
    cpu_set_t allowed;
    return cores_allowed(&allowed) && cores_choose(cores, &allowed, &o->cores, o->err, sizeof o->err) &&
           cores_pin(&o->cores, o->err, sizeof o->err);
}

/* VmHWM, not ru_maxrss: the latter keeps the high-water mark from before exec. */
static int64_t peak_rss_bytes(void) {
    char status[4096];
    if (board_read("/", "/proc/self/status", status, sizeof status) <= 0)
        return 0;
    const char *at = strstr(status, "VmHWM:");
    return at != NULL ? atoll(at + 6) * 1024 : 0;
}

/* False: r->words say why nothing was measured. */
static bool carry_out(struct order *o, int64_t window_ns, struct result *r) {
    static struct subject s;
    int64_t begin = clock_now_ns();
    if (!pin(o, o->item->cores) || !subject_open(&s, &o->job, o->index, o->dir, &o->cores, r->words, sizeof r->words)) {
        if (r->words[0] == 0)
            snprintf(r->words, sizeof r->words, "%s", o->err);
        return false;
    }
    r->load_ns = clock_now_ns() - begin;
    r->weights_bytes = s.weights_bytes;
    r->arena_bytes = s.arena_bytes;
    if (!result_announce(RESULT_FD, s.variant))
        return false;
    if (o->item->pace_ns > 0)
        measure_periodic(&s, &o->job, window_ns, o->item->pace_ns, r);
    else if (o->item->sustain_ns > 0)
        measure_sustained(&s, &o->job, window_ns, r);
    else if (window_ns > 0)
        measure_window(&s, &o->job, window_ns, r);
    else
        measure_samples(&s, &o->job, r);
    if (o->item->layers && window_ns == 0 && r->check_after)
        r->layers = (uint32_t)subject_layers(&s, r->layer_ns, r->layer_variant);
    cores_text(&o->cores, r->cpu_mask, sizeof r->cpu_mask);
    if (!cores_on(&o->cores)) {
        snprintf(r->words, sizeof r->words, "the kernel ran it on another core than asked for");
        return false;
    }
    r->peak_rss_bytes = peak_rss_bytes();
    return true;
}

int rep_verb(int argc, char **argv) {
    static struct order o;
    static struct result r;
    fcntl(RESULT_FD, F_SETFD, FD_CLOEXEC);
    if (argc < 4 || argc > 5 || !take_order(&o, argc, argv) || o.item->kind == ITEM_PROGRAM) {
        fprintf(stderr, "runner: rep: %s\n", o.err);
        return EXIT_BUG;
    }
    if (argc == 5) /* the one that won on this board */
        o.job.items[o.index].variant = argv[4];
    r.magic = RESULT_MAGIC;
    r.ran = carry_out(&o, strtoll(argv[3], NULL, 10), &r);
    if (!r.ran && r.cpu_mask[0] == 0) /* nothing was opened, so nothing was announced */
        result_announce(RESULT_FD, "");
    return result_send(RESULT_FD, &r) ? 0 : EXIT_BUG;
}

int ref_verb(int argc, char **argv) {
    static struct order o;
    struct ref_done done;
    if (argc != 3 || !take_order(&o, argc, argv) || !pin(&o, o.item->cores) ||
        !ref_write(&o.job, o.index, o.dir, &done, o.err, sizeof o.err)) {
        fprintf(stderr, "runner: ref: %s\n", o.err);
        (void)!write_all(RESULT_FD, o.err, strlen(o.err));
        return EXIT_BUG;
    }
    return write_all(RESULT_FD, &done, sizeof done) ? 0 : EXIT_BUG;
}

static void put_peak(const char *unit) {
    struct text json = {0};
    const char *loop = "";
    double ops_per_s = peak_measure(unit, isa_features(), PEAK_NS, 3, &loop);
    if (ops_per_s <= 0)
        return;
    json_open(&json, "peak");
    json_str(&json, "unit", unit);
    json_num(&json, "ops_per_s", ops_per_s);
    json_str(&json, "loop", loop != NULL ? loop : "");
    json_num(&json, "clock_hz", peak_clock_hz(5000000));
    json_close(&json);
    text_bytes(&json, "\n", 1);
    (void)!write_all(RESULT_FD, json.data, json.size);
    text_free(&json);
}

/* What one level of memory gives to one core that only reads. */
static void put_read(const struct peak_level *level) {
    struct text json = {0};
    const char *loop = "";
    double bytes_per_s = peak_read_bandwidth(level->bytes, isa_features(), READ_NS, &loop);
    if (bytes_per_s <= 0)
        return;
    json_open(&json, "read");
    json_str(&json, "level", level->name);
    json_num(&json, "bytes_per_s", bytes_per_s);
    json_int(&json, "bytes", (int64_t)level->bytes);
    json_int(&json, "cache_bytes", (int64_t)level->cache_bytes);
    json_str(&json, "loop", loop != NULL ? loop : "");
    json_close(&json);
    text_bytes(&json, "\n", 1);
    (void)!write_all(RESULT_FD, json.data, json.size);
    text_free(&json);
}

/* On the cores of the first item, so that a job for the little cores is held against a little core. */
int peak_verb(int argc, char **argv) {
    struct peak_level levels[PEAK_LEVELS];
    static struct order o;
    if (argc != 2 || !take_order(&o, argc, argv) || !pin(&o, o.item->cores)) {
        fprintf(stderr, "runner: peak: %s\n", o.err);
        return EXIT_BUG;
    }
    for (size_t i = 0; i < peak_unit_count; i++)
        put_peak(peak_units[i]);
    int cpu = sched_getcpu();
    peak_levels(o.job.root, cpu < 0 ? 0 : (unsigned)cpu, levels);
    for (size_t i = 0; i < PEAK_LEVELS; i++)
        if (levels[i].bytes > 0)
            put_read(&levels[i]);
    return 0;
}

int launch_verb(int argc, char **argv) {
    static struct order o;
    static char paths[JOB_ARGS_MAX][PATH_ROOM];
    const char *args[JOB_ARGS_MAX + 1] = {0};
    if (argc != 3 || !take_order(&o, argc, argv) || o.item->kind != ITEM_PROGRAM || !pin(&o, o.item->cores)) {
        fprintf(stderr, "runner: launch: %s\n", o.err);
        return EXIT_BUG;
    }
    for (int64_t i = 0; i < o.item->arg_count; i++) {
        args[i] = o.item->args[i];
        if (strncmp(args[i], "blob:", 5) == 0 && blob_path(o.dir, args[i] + 5, paths[i]))
            args[i] = paths[i];
        else if (o.item->op != NULL && strncmp(args[i], "case:", 5) == 0 && /* case:a, case:b */
                 ref_path(o.dir, &o.job, o.index, args[i][5] == 'a' ? REF_A : REF_B, paths[i]))
            args[i] = paths[i];
    }
    if (args[0] == paths[0]) /* a program that was pushed: blobs are files like any other */
        chmod(paths[0], 0700);
    if (o.item->whole)
        return whole_run(args, &o.job, o.item);
    execvp(args[0], (char *const *)args);
    fprintf(stderr, "runner: cannot start %s: %s\n", args[0], strerror(errno));
    return 127;
}
