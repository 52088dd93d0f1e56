/* One thread that reads power sensors into RAM on the clock the work is timed with. */
#ifndef RUNNER_SENSORS_H
#define RUNNER_SENSORS_H
#ifndef _GNU_SOURCE
#error "sensors.h needs _GNU_SOURCE before the first include: cpu_set_t"
#endif
#include "job.h"
#include <pthread.h>
#include <sched.h>

struct sensor_log {
    const struct job_sensor *sensor;
    int fd, fd2;            /* kept open: an open costs ten times a pread */
    int64_t *t_ns, *raw, *raw2;
    size_t count;
    size_t taken;           /* readings since the start, thinned out or not; atomic */
    size_t marked;          /* `taken` at the last mark */
    int64_t step_ns, due_ns; /* period, doubled whenever the log is full */
    bool linked;            /* the file had a name when it was opened */
    bool dead;              /* nothing came when it was last waited for */
};
struct sampler {
    struct sensor_log logs[JOB_SENSORS_MAX];
    size_t count;
    pthread_t thread;
    volatile int stop;
    bool running;
    int64_t faster; /* read so many times as often as asked for; 0 and 1 = as asked */
    int64_t cpu_ns; /* of the thread that ran last */
};
/* One sensor by itself: opened, read once and left open, or a word on stderr; then a reading and its time. */
bool sensor_open(struct sensor_log *log, const struct job *job, const struct job_sensor *sensor);
bool sensor_read(struct sensor_log *log, int64_t *t, int64_t *raw, int64_t *raw2);
/* Opens what can be opened and read once; sensors that cannot are left out, with a word in the log. */
void sampler_open(struct sampler *s, const struct job *job);
/* Starts reading from now on, on a core that `work` does not use where there is one. */
void sampler_start(struct sampler *s, const cpu_set_t *work);
/* Ends the reading. A sensor whose file was taken away meanwhile keeps none of its readings: what an open descriptor
 * still gives is not known to be of now. */
void sampler_stop(struct sampler *s);
/* How long to wait for two readings of every sensor, ns. */
int64_t sampler_guard_ns(const struct sampler *s);
/* Marks now; then: has every sensor been read twice, from begin to end, since the mark? */
void sampler_mark(struct sampler *s);
bool sampler_covers(const struct sampler *s);
/* Sensors that gave nothing since the mark are not waited for any more, until they give something. */
void sampler_give_up(struct sampler *s);
/* Readings of all sensors since the job began. */
int64_t sampler_taken(const struct sampler *s);
/* Adds begin_ns, end_ns, t_ns, raw (and raw2) of the readings around a window; thins them out until they fit. */
void sensor_json(struct text *out, const struct sensor_log *log, int64_t begin_ns, int64_t end_ns);
#endif
