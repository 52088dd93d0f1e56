/* JOB: what the controller asks for. Versioned text, parsed whole before anything is done; strings point into it. */
#ifndef RUNNER_JOB_H
#define RUNNER_JOB_H
#include "text.h"

#define JOB_BYTES_MAX (1 << 20)
#define JOB_ITEMS_MAX 4096
#define JOB_STRING_MAX (64 << 10)
/* Boards with a power chip behind the firmware, or with watts as decimals, are Arm boards. */
#if defined(__aarch64__) || defined(__arm__)
#define HAS_ARM_SENSORS 1
#else
#define HAS_ARM_SENSORS 0
#endif
#define JOB_SENSORS_MAX 256
#define JOB_COST_PAIRS_MAX 50
#define JOB_WATCHES_MAX 64
#define JOB_ARGS_MAX 64

enum item_kind { ITEM_KERNEL, ITEM_NETWORK, ITEM_PROGRAM };
enum sensor_form { SENSOR_POWER, SENSOR_PRODUCT, SENSOR_ENERGY, SENSOR_PMIC };

struct job_watch {
    const char *name, *path, *word; /* word "" = the whole file, else the line that it begins */
};
struct job_sensor {
    const char *id, *form_name, *path, *path2;
    enum sensor_form form;
    int64_t period_ns;
};
struct job_item {
    const char *id, *kind_name, *cores;
    const char *op, *scheme, *variant;    /* kernel, or a program held against its oracle; variant "" = the best */
    const char *plan, *input, *expected;  /* blobs; program: expected only */
    const char *args[JOB_ARGS_MAX + 1];   /* program; NULL-terminated */
    enum item_kind kind;
    int64_t m, n, k;
    int64_t h, w, window, stride, groups; /* convolutions; window 0 = none */
    int64_t tolerance_ppm, threads, timeout_s, energy_windows, energy_window_ns, arg_count;
    int64_t layers;                       /* network: its layers are timed as well, after the samples */
    int64_t sustain_ns, pace_ns;          /* one long run and nothing else; with a pace, one inference each pace_ns */
    int64_t unchecked, whole;             /* program: no output is compared; a sample is a whole process */
};
struct job {
    const char *run, *holder, *runner, *lease, *isa_mask, *root;
    int64_t version, deadline_s, budget_s, seed, repetitions_min, repetitions_max, samples, sample_min_ns, warmup_ns;
    int64_t precision_ppm, peaks, idle_ns;
    int64_t meters;        /* meters beside the board read its watts: windows are wanted without a sensor, too */
    int64_t step_ns, cost_pairs; /* load step before the first energy window, rounds of the sampler's cost; 0 = none */
    int64_t cool_mc, cool_round_mc, cool_cap_ns; /* what may begin at most so warm, 1/1000 C; 0 = not known */
    int64_t items_to_come; /* a job cut between two items is refused */
    struct job_watch watches[JOB_WATCHES_MAX];
    struct job_sensor sensors[JOB_SENSORS_MAX];
    struct job_item *items;
    size_t watch_count, sensor_count, item_count;
};

/* Takes `text` (changed in place; must outlive the job). false + "job line 12: ..." when refused. */
bool job_parse(struct job *job, char *text, size_t size, char *err, size_t err_size);
void job_free(struct job *job);
/* Shapes of names: a run also names files. */
bool name_is_run(const char *name);
bool name_is_id(const char *name);
bool name_is_sha256(const char *name);
bool name_is_form(const char *name); /* of a sensor */
enum sensor_form sensor_form_of(const char *name);
/* Whether our own oracle says what the item must put out. */
bool item_has_oracle(const struct job_item *item);
#endif
