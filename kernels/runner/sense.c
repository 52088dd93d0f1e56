#define _GNU_SOURCE
#include "sense.h"
#include "../board/board.h"
#include "codes.h"
#include "frame.h"
#include "sensors.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_S (32LL * 86400)

static int64_t number(const char *word, int64_t low, int64_t high) {
    char *end;
    int64_t value = strtoll(word, &end, 10);
    return end != word && *end == 0 && value >= low && value <= high ? value : 0;
}

static bool say(const char *line, int size) { return write_all(STDOUT_FILENO, line, (size_t)size); }

/* An echo for each line that came; the clock is looked at before anything else. */
static bool answer(void) {
    char asked[256], line[32];
    ssize_t n = read(STDIN_FILENO, asked, sizeof asked);
    int size = snprintf(line, sizeof line, "%lld\n", (long long)clock_now_ns());
    bool good = n > 0;
    for (ssize_t i = 0; good && i < n; i++)
        good = asked[i] != '\n' || say(line, size);
    return good;
}

/* A reading that failed is told, too: silence is the link's. */
static bool put_reading(struct sensor_log *log) {
    char line[96] = "!\n";
    int64_t t, raw, raw2;
    int size = 2;
    if (sensor_read(log, &t, &raw, &raw2))
        size = snprintf(line, sizeof line, "%lld %lld %lld\n", (long long)t, (long long)raw, (long long)raw2);
    int64_t now = clock_now_ns();
    do
        log->due_ns += log->step_ns;
    while (log->due_ns <= now); /* a late reading is not made up for */
    return say(line, size);
}

/* Until stdin ends, the link does, or the alarm: a write to a link that hangs must not hold us for ever. */
static int serve(struct sensor_log *log, int64_t seconds) {
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    struct timespec wait;
    alarm((unsigned)seconds);
    for (bool good = true; good;) {
        if (log != NULL && log->due_ns <= clock_now_ns())
            good = put_reading(log);
        int64_t wait_ns = log != NULL ? log->due_ns - clock_now_ns() : 0;
        wait_ns = wait_ns > 0 ? wait_ns : 0;
        wait.tv_sec = (time_t)(wait_ns / 1000000000), wait.tv_nsec = (long)(wait_ns % 1000000000);
        if (ppoll(&in, 1, log != NULL ? &wait : NULL, NULL) > 0)
            good = good && answer();
    }
    return EXIT_CLOSED;
}

int clock_verb(int argc, char **argv) {
    int64_t seconds = argc == 1 ? number(argv[0], 1, LONGEST_S) : 0;
    if (seconds != 0)
        return serve(NULL, seconds);
    fprintf(stderr, "runner: clock SECONDS\n");
    return EXIT_REFUSED;
}

/* argv: SECONDS PERIOD_NS ROOT FORM PATH [PATH2]; forms as in a JOB. */
int sense_verb(int argc, char **argv) {
    struct job job = {.root = argc > 4 ? argv[2] : NULL};
    struct job_sensor sensor = {.id = "to be sensed"};
    struct sensor_log log = {0};
    int64_t seconds = argc > 4 ? number(argv[0], 1, LONGEST_S) : 0;
    int64_t period_ns = argc > 4 ? number(argv[1], 1000000, 60000000000LL) : 0;
    if (seconds == 0 || period_ns == 0 || !name_is_form(argv[3]) ||
        argc != 5 + ((sensor.form = sensor_form_of(argv[3])) == SENSOR_PRODUCT)) {
        fprintf(stderr, "runner: sense SECONDS PERIOD_NS ROOT FORM PATH [PATH2]\n");
        return EXIT_REFUSED;
    }
    sensor.path = argv[4], sensor.path2 = argv[5], sensor.period_ns = period_ns;
    if (!sensor_open(&log, &job, &sensor))
        return EXIT_GONE;
    log.step_ns = period_ns;
    log.due_ns = clock_now_ns();
    return serve(&log, seconds);
}
