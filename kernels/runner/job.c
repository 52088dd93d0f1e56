/* Parses JOB by the tables of job_keys.c. Hostile text costs an error line, never memory beyond the job's bounds. */
#include "job.h"
#include "job_keys.h"
#include "scan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    const struct job_key *keys;
    char *base;    /* the struct being filled */
    unsigned line; /* where it began */
    unsigned seen[32]; /* line of each key, 0 = not yet */
};

static bool read_arg(struct scan *s, struct job_item *item) {
    if (item->arg_count == JOB_ARGS_MAX)
        return scan_fail(s, s->line, "more than %d args", JOB_ARGS_MAX);
    return scan_string(s, JOB_STRING_MAX, '\n', &item->args[item->arg_count++]);
}

static bool read_value(struct scan *s, struct block *b, const struct job_key *key) {
    unsigned line = s->line;
    char *field = b->base + key->offset;
    if (!scan_byte(s, ' '))
        return false;
    if (key->form == KEY_ARG)
        return read_arg(s, (struct job_item *)b->base);
    if (key->form == KEY_INT)
        return scan_int(s, key->low, key->high, (int64_t *)field) && scan_byte(s, '\n');
    if (!scan_string(s, (size_t)key->high, '\n', (const char **)field))
        return false;
    if (key->accepts != NULL && !key->accepts(*(const char **)field))
        return scan_fail(s, line, "'%s' wants %s", key->name, key->wanted);
    return true;
}

static bool read_key(struct scan *s, struct block *b, const char *name) {
    for (size_t i = 0; b->keys[i].name != NULL; i++) {
        if (strcmp(b->keys[i].name, name) != 0)
            continue;
        if (b->seen[i] != 0 && b->keys[i].form != KEY_ARG)
            return scan_fail(s, s->line, "key '%s' again", name);
        b->seen[i] = s->line;
        return read_value(s, b, &b->keys[i]);
    }
    return scan_fail(s, s->line, "unknown key '%s'", name);
}

/* `needs` and `may` are the bits of this kind of block. */
static bool check_keys(struct scan *s, const struct block *b, unsigned line, unsigned needs, unsigned may) {
    for (size_t i = 0; b->keys[i].name != NULL; i++) {
        if (b->seen[i] == 0 && (b->keys[i].need & needs))
            return scan_fail(s, line, "missing key '%s'", b->keys[i].name);
        if (b->seen[i] != 0 && !(b->keys[i].need & (needs | may)))
            return scan_fail(s, b->seen[i], "key '%s' does not belong to this kind of block", b->keys[i].name);
    }
    return true;
}

static bool read_block(struct scan *s, struct block *b) {
    char name[KEY_ROOM];
    b->line = s->line;
    if (!scan_byte(s, '\n'))
        return false;
    while (s->at < s->end) {
        if (!scan_key(s, name))
            return false;
        if (strcmp(name, "end") == 0)
            return scan_byte(s, '\n');
        if (!read_key(s, b, name))
            return false;
    }
    return scan_fail(s, b->line, "the block has no 'end'");
}

/* `watch` takes a whole file, `pick` one line of it: builds from before it understand `watch`. */
static bool read_watch(struct scan *s, struct job *job, bool picks) {
    struct job_watch *watch = &job->watches[job->watch_count];
    unsigned line = s->line;
    if (job->watch_count == JOB_WATCHES_MAX)
        return scan_fail(s, line, "more than %d watches", JOB_WATCHES_MAX);
    if (!scan_byte(s, ' ') || !scan_string(s, 64, ' ', &watch->name) ||
        !scan_string(s, 1024, picks ? ' ' : '\n', &watch->path) || (picks && !scan_string(s, 64, '\n', &watch->word)))
        return false;
    if (!name_is_id(watch->name) || watch->path[0] != '/')
        return scan_fail(s, line, "'watch' wants a name and an absolute path");
    for (size_t i = 0; i < job->watch_count; i++)
        if (strcmp(job->watches[i].name, watch->name) == 0)
            return scan_fail(s, line, "watch '%s' again", watch->name);
    if (!picks)
        watch->word = "";
    job->watch_count++;
    return true;
}

enum sensor_form sensor_form_of(const char *name) {
    if (HAS_ARM_SENSORS && name[0] == 'p' && name[1] == 'm')
        return SENSOR_PMIC;
    return name[0] == 'e' ? SENSOR_ENERGY : strcmp(name, "product") == 0 ? SENSOR_PRODUCT : SENSOR_POWER;
}

static bool read_sensor(struct scan *s, struct job *job) {
    struct job_sensor *sensor = &job->sensors[job->sensor_count];
    struct block b = {.keys = job_sensor_keys, .base = (char *)sensor};
    if (job->sensor_count == JOB_SENSORS_MAX)
        return scan_fail(s, s->line, "more than %d sensors", JOB_SENSORS_MAX);
    if (!read_block(s, &b))
        return false;
    const char *form = sensor->form_name != NULL ? sensor->form_name : "";
    sensor->form = sensor_form_of(form);
    if (!check_keys(s, &b, b.line, NEED | (sensor->form == SENSOR_PRODUCT ? NEED_PRODUCT : 0), 0))
        return false;
    for (size_t i = 0; i < job->sensor_count; i++)
        if (strcmp(job->sensors[i].id, sensor->id) == 0)
            return scan_fail(s, b.line, "sensor '%s' again", sensor->id);
    job->sensor_count++;
    return true;
}

static bool more_items(struct job *job, size_t *room) {
    if (job->item_count < *room)
        return true;
    size_t more = *room ? *room * 2 : 16;
    struct job_item *items = realloc(job->items, more * sizeof *items);
    if (items == NULL)
        return false;
    memset(items + *room, 0, (more - *room) * sizeof *items);
    job->items = items;
    *room = more;
    return true;
}

static bool blob_args_are_good(struct scan *s, const struct job_item *item, unsigned line) {
    for (int64_t i = 0; i < item->arg_count; i++)
        if (strncmp(item->args[i], "blob:", 5) == 0 && !name_is_sha256(item->args[i] + 5))
            return scan_fail(s, line, "an arg 'blob:' without a sha256");
    return true;
}

bool item_has_oracle(const struct job_item *item) {
    return item->kind == ITEM_KERNEL || (item->kind == ITEM_PROGRAM && item->op != NULL);
}

/* A program's output is held against a blob, against our oracle, or against nothing, and the job says which. */
static bool check_is_clear(struct scan *s, const struct job_item *item, unsigned line) {
    bool oracle = item->op != NULL;
    if (item->kind != ITEM_PROGRAM)
        return true;
    if (oracle + (item->expected != NULL) + (item->unchecked != 0) != 1)
        return scan_fail(s, line, "a program wants one of 'expected', 'op' and 'unchecked'");
    if ((item->scheme == NULL && (oracle || item->whole)) || (oracle && (!item->m || !item->n || !item->k)))
        return scan_fail(s, line, "this program wants a scheme, and an oracle m, n and k");
    return true;
}

static bool read_item(struct scan *s, struct job *job, size_t *room) {
    if (job->item_count == JOB_ITEMS_MAX || !more_items(job, room))
        return scan_fail(s, s->line, "more than %d items", JOB_ITEMS_MAX);
    struct job_item *item = &job->items[job->item_count];
    struct block b = {.keys = job_item_keys, .base = (char *)item};
    unsigned needs = NEED | NEED_KERNEL, may = MAY_KERNEL;
    if (!read_block(s, &b))
        return false;
    if (item->kind_name != NULL && item->kind_name[0] == 'n')
        item->kind = ITEM_NETWORK, needs = NEED | NEED_NETWORK, may = MAY_NETWORK;
    if (item->kind_name != NULL && item->kind_name[0] == 'p')
        item->kind = ITEM_PROGRAM, needs = NEED | NEED_PROGRAM, may = MAY_PROGRAM;
    if (item->kind_name == NULL)
        return scan_fail(s, b.line, "missing key 'kind'");
    if (!check_keys(s, &b, b.line, needs, may) || !blob_args_are_good(s, item, b.line) ||
        !check_is_clear(s, item, b.line))
        return false;
    if (item->energy_windows > 0 && item->energy_window_ns == 0)
        return scan_fail(s, b.line, "energy windows of no length");
    if (item->pace_ns > 0 && item->sustain_ns == 0)
        return scan_fail(s, b.line, "a pace, and no 'sustain_ns' that says for how long");
    if (item->variant == NULL)
        item->variant = "";
    job->item_count++;
    return true;
}

static int by_id(const void *a, const void *b) {
    return strcmp((*(const struct job_item *const *)a)->id, (*(const struct job_item *const *)b)->id);
}

/* Frames name items by id, so an id must not come twice. */
static bool ids_are_unique(struct scan *s, const struct job *job) {
    const struct job_item **sorted = calloc(job->item_count, sizeof *sorted);
    bool good = sorted != NULL;
    for (size_t i = 0; good && i < job->item_count; i++)
        sorted[i] = &job->items[i];
    if (good)
        qsort(sorted, job->item_count, sizeof *sorted, by_id);
    for (size_t i = 1; good && i < job->item_count; i++)
        if (by_id(&sorted[i - 1], &sorted[i]) == 0)
            good = scan_fail(s, s->line, "item '%s' twice", sorted[i]->id);
    free(sorted);
    return good;
}

static bool check_whole(struct scan *s, struct job *job, const struct block *head) {
    if (!check_keys(s, head, s->line, NEED, MAY))
        return false;
    if (job->item_count == 0)
        return scan_fail(s, s->line, "no item");
    if (job->item_count != (size_t)job->items_to_come)
        return scan_fail(s, s->line, "%zu items came, %lld were announced", job->item_count,
                         (long long)job->items_to_come);
    if (job->repetitions_min > job->repetitions_max)
        return scan_fail(s, s->line, "repetitions_min is above repetitions_max");
    return ids_are_unique(s, job);
}

static bool read_all(struct scan *s, struct job *job) {
    struct block head = {.keys = job_head_keys, .base = (char *)job};
    size_t room = 0;
    char name[KEY_ROOM];
    if (!scan_key(s, name))
        return false;
    if (strcmp(name, "job") != 0)
        return scan_fail(s, s->line, "the first line must be 'job 1'");
    if (!scan_byte(s, ' ') || !scan_int(s, 1, 1, &job->version) || !scan_byte(s, '\n'))
        return false;
    while (s->at < s->end) {
        bool good = scan_key(s, name);
        if (good && strcmp(name, "watch") == 0)
            good = read_watch(s, job, false);
        else if (good && strcmp(name, "pick") == 0)
            good = read_watch(s, job, true);
        else if (good && strcmp(name, "sensor") == 0)
            good = read_sensor(s, job);
        else if (good && strcmp(name, "item") == 0)
            good = read_item(s, job, &room);
        else if (good)
            good = read_key(s, &head, name);
        if (!good)
            return false;
    }
    return check_whole(s, job, &head);
}

bool job_parse(struct job *job, char *text, size_t size, char *err, size_t err_size) {
    struct scan s = {.at = text, .end = text + size, .line = 1, .err = err, .err_size = err_size};
    memset(job, 0, sizeof *job);
    if (size > JOB_BYTES_MAX)
        return scan_fail(&s, 1, "the job is longer than %d bytes", JOB_BYTES_MAX);
    return read_all(&s, job);
}

void job_free(struct job *job) {
    free(job->items);
    memset(job, 0, sizeof *job);
}
