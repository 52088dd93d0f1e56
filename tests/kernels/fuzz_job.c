/* Fuzz target: the text of a JOB. What is accepted is walked to its last byte; what is refused must say where. */
#define _GNU_SOURCE
#include "runner/codes.h"
#include "runner/job.h"
#include <stdlib.h>
#include <string.h>

static const char *begin, *end;

static void must(bool held) {
    if (!held)
        abort();
}

/* A string of the job lies whole within its text. */
static void string(const char *s) {
    must(s >= begin && s < end && s + strlen(s) < end);
}

static void maybe(const char *s) {
    if (s != NULL && s[0] != 0)
        string(s);
}

static void walk_item(const struct job_item *item) {
    string(item->id), string(item->cores), string(item->kind_name);
    must(name_is_id(item->id) && item->threads >= 1 && item->timeout_s >= 1);
    maybe(item->op), maybe(item->scheme), maybe(item->variant);
    maybe(item->plan), maybe(item->input), maybe(item->expected);
    must(item->arg_count >= 0 && item->arg_count <= JOB_ARGS_MAX && item->args[item->arg_count] == NULL);
    for (int64_t i = 0; i < item->arg_count; i++)
        string(item->args[i]);
    must(item->kind != ITEM_KERNEL || (item->m >= 1 && item->n >= 1 && item->k >= 1 && item->variant != NULL));
    must(item->kind != ITEM_NETWORK || (name_is_sha256(item->plan) && name_is_sha256(item->input)));
    if (item->kind != ITEM_PROGRAM)
        return;
    must(item->arg_count >= 1 && (item->expected != NULL) + (item->op != NULL) + (item->unchecked != 0) == 1);
    must(item->expected == NULL || name_is_sha256(item->expected));
    must(item->op == NULL || (item->scheme != NULL && item->m >= 1 && item->n >= 1 && item->k >= 1));
    must(!item->whole || item->scheme != NULL);
}

static void walk(const struct job *job) {
    must(name_is_run(job->run) && name_is_sha256(job->runner) && job->lease[0] == '/' && job->root[0] == '/');
    string(job->run), string(job->holder), string(job->runner), string(job->lease), string(job->root);
    string(job->isa_mask);
    must(job->samples >= 1 && job->samples <= SAMPLES_MAX && job->repetitions_min <= job->repetitions_max);
    must(job->watch_count <= JOB_WATCHES_MAX && job->sensor_count <= JOB_SENSORS_MAX);
    for (size_t i = 0; i < job->watch_count; i++)
        string(job->watches[i].name), string(job->watches[i].path);
    for (size_t i = 0; i < job->sensor_count; i++) {
        const struct job_sensor *sensor = &job->sensors[i];
        string(sensor->id), string(sensor->path), maybe(sensor->path2);
        must(sensor->period_ns > 0 && (sensor->form != SENSOR_PRODUCT || sensor->path2 != NULL));
    }
    must(job->item_count >= 1 && job->item_count <= JOB_ITEMS_MAX);
    for (size_t i = 0; i < job->item_count; i++)
        walk_item(&job->items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char err[WORDS_ROOM] = "", *text = malloc(size ? size : 1);
    struct job job;
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    begin = text, end = text + size;
    if (job_parse(&job, text, size, err, sizeof err))
        walk(&job);
    else
        must(strncmp(err, "job line ", 9) == 0 && memchr(err, 0, sizeof err) != NULL);
    job_free(&job);
    free(text);
    return 0;
}
