#define _GNU_SOURCE
#include "sensors.h"
#include "../board/board.h"
#include "codes.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READINGS_MAX 16384
#define JSON_ROOM (60 << 10) /* of a frame, for readings */

/* Files only: a pipe or a device in their place would be waited for, for ever; the firmware's mailbox is no such. */
static int open_file(const char *root, const char *path, bool device) {
    char full[PATH_ROOM];
    struct stat info;
    if (path == NULL || snprintf(full, sizeof full, "%s%s", strcmp(root, "/") == 0 ? "" : root, path) >= PATH_ROOM)
        return -1;
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || (fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || (device && S_ISCHR(info.st_mode)))))
        return fd;
    close(fd);
    return -1;
}

/* A plain integer and white space; anything else is no reading. ODROID's watts have six decimals: in millionths. */
static bool read_value(int fd, int64_t *value) {
    char text[32], *end;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return false;
    text[n] = 0;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (HAS_ARM_SENSORS && *end == '.' && end != text && strspn(end + 1, "0123456789") == 6) {
        memmove(end, end + 1, strlen(end)); /* "0.123456" -> 0123456 */
        *value = strtoll(text, &end, 10);
    }
    return end != text && errno == 0 && end[strspn(end, " \n")] == 0;
}

/* The time of a reading is the middle of the conversion it waited for. */
bool sensor_read(struct sensor_log *log, int64_t *t, int64_t *raw, int64_t *raw2) {
    int64_t begin = clock_now_ns();
    *raw2 = 0;
    if (HAS_ARM_SENSORS && log->sensor->form == SENSOR_PMIC) {
        if (!pmic_read(log->fd, raw))
            return false;
    } else if (!read_value(log->fd, raw) || (log->fd2 >= 0 && !read_value(log->fd2, raw2)))
        return false;
    *t = begin + (clock_now_ns() - begin) / 2;
    return true;
}

/* Keeps every other reading from now on: a long window gets coarse, never cut off. */
static void halve(struct sensor_log *log) {
    for (size_t i = 0; i < log->count / 2; i++) {
        log->t_ns[i] = log->t_ns[2 * i];
        log->raw[i] = log->raw[2 * i];
        log->raw2[i] = log->raw2[2 * i];
    }
    log->count /= 2;
    log->step_ns *= 2;
}

static void take_reading(struct sensor_log *log) {
    if (log->count == READINGS_MAX)
        halve(log);
    size_t i = log->count;
    if (sensor_read(log, &log->t_ns[i], &log->raw[i], &log->raw2[i])) {
        log->count++;
        __atomic_add_fetch(&log->taken, 1, __ATOMIC_RELEASE);
    }
    int64_t now = clock_now_ns();
    do
        log->due_ns += log->step_ns;
    while (log->due_ns <= now); /* a late reading is not made up for */
}

static void *sample(void *argument) {
    struct sampler *s = argument;
    int64_t cpu = clock_thread_ns();
    while (!s->stop) {
        struct sensor_log *next = &s->logs[0];
        for (size_t i = 1; i < s->count; i++)
            if (s->logs[i].due_ns < next->due_ns)
                next = &s->logs[i];
        struct timespec t = {(time_t)(next->due_ns / 1000000000), (long)(next->due_ns % 1000000000)};
        if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == 0 && !s->stop)
            take_reading(next);
    }
    s->cpu_ns = clock_thread_ns() - cpu;
    return NULL;
}

/* Whether the file has a name still. */
static bool has_name(int fd) {
    struct stat info;
    return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

bool sensor_open(struct sensor_log *log, const struct job *job, const struct job_sensor *sensor) {
    int64_t t, raw, raw2;
    log->sensor = sensor;
    log->fd = open_file(job->root, sensor->path, HAS_ARM_SENSORS && sensor->form == SENSOR_PMIC);
    log->fd2 = sensor->form == SENSOR_PRODUCT ? open_file(job->root, sensor->path2, false) : -1;
    log->t_ns = calloc(READINGS_MAX, sizeof *log->t_ns);
    log->raw = calloc(READINGS_MAX, sizeof *log->raw);
    log->raw2 = calloc(READINGS_MAX, sizeof *log->raw2);
    if (log->fd >= 0 && (log->fd2 >= 0 || sensor->form != SENSOR_PRODUCT) && log->t_ns && log->raw && log->raw2 &&
        sensor_read(log, &t, &raw, &raw2)) {
        log->linked = has_name(log->fd) && (log->fd2 < 0 || has_name(log->fd2));
        return true;
    }
    fprintf(stderr, "runner: sensor %s cannot be read\n", sensor->id);
    free(log->t_ns), free(log->raw), free(log->raw2);
    if (log->fd >= 0)
        close(log->fd);
    if (log->fd2 >= 0)
        close(log->fd2);
    return false;
}

void sampler_open(struct sampler *s, const struct job *job) {
    for (size_t i = 0; i < job->sensor_count; i++)
        s->count += sensor_open(&s->logs[s->count], job, &job->sensors[i]);
}

void sampler_start(struct sampler *s, const cpu_set_t *work) {
    pthread_attr_t attr;
    cpu_set_t spare;
    int64_t now = clock_now_ns();
    if (s->count == 0)
        return;
    for (size_t i = 0; i < s->count; i++) {
        s->logs[i].count = 0;
        s->logs[i].due_ns = now;
        s->logs[i].step_ns = s->logs[i].sensor->period_ns / (s->faster > 0 ? s->faster : 1);
    }
    s->stop = 0;
    pthread_attr_init(&attr);
    s->running = pthread_create(&s->thread, &attr, sample, s) == 0;
    pthread_attr_destroy(&attr);
    if (s->running && cores_spare(work, &spare))
        pthread_setaffinity_np(s->thread, sizeof spare, &spare);
}

void sampler_stop(struct sampler *s) {
    s->stop = 1;
    if (s->running)
        pthread_join(s->thread, NULL);
    s->running = false;
    for (size_t i = 0; i < s->count; i++) {
        struct sensor_log *log = &s->logs[i];
        if (log->linked && !(has_name(log->fd) && (log->fd2 < 0 || has_name(log->fd2))))
            log->count = 0;
    }
}

int64_t sampler_guard_ns(const struct sampler *s) {
    int64_t longest = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->logs[i].step_ns > longest)
            longest = s->logs[i].step_ns;
    return 3 * longest;
}

void sampler_mark(struct sampler *s) {
    for (size_t i = 0; i < s->count; i++)
        s->logs[i].marked = __atomic_load_n(&s->logs[i].taken, __ATOMIC_ACQUIRE);
}

static size_t since_mark(const struct sensor_log *log) {
    return __atomic_load_n(&log->taken, __ATOMIC_ACQUIRE) - log->marked;
}

/* Three, since the first one may have begun before the mark. */
bool sampler_covers(const struct sampler *s) {
    for (size_t i = 0; i < s->count; i++)
        if (since_mark(&s->logs[i]) < 3 && !s->logs[i].dead)
            return false;
    return true;
}

void sampler_give_up(struct sampler *s) {
    for (size_t i = 0; i < s->count; i++)
        s->logs[i].dead = since_mark(&s->logs[i]) == 0;
}

int64_t sampler_taken(const struct sampler *s) {
    size_t taken = 0;
    for (size_t i = 0; i < s->count; i++)
        taken += __atomic_load_n(&s->logs[i].taken, __ATOMIC_ACQUIRE);
    return (int64_t)taken;
}

void sensor_json(struct text *out, const struct sensor_log *log, int64_t begin_ns, int64_t end_ns) {
    int64_t guard = 8 * log->step_ns; /* late readings too */
    size_t first = 0, last = log->count, stride = 1, before = out->size;
    while (first < last && log->t_ns[first] < begin_ns - guard)
        first++;
    while (last > first && log->t_ns[last - 1] > end_ns + guard)
        last--;
    for (;; stride++) {
        json_int(out, "begin_ns", begin_ns);
        json_int(out, "end_ns", end_ns);
        json_ints(out, "t_ns", log->t_ns + first, last - first, stride);
        json_ints(out, "raw", log->raw + first, last - first, stride);
        if (log->sensor->form == SENSOR_PRODUCT)
            json_ints(out, "raw2", log->raw2 + first, last - first, stride);
        if (out->size < JSON_ROOM)
            return;
        out->size = before;
    }
}
