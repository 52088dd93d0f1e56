#define _GNU_SOURCE
#include "measure.h"
#include "../board/board.h"
#include "../peak/peak.h"
#include "numbers.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define CLOCK_STEPS_PER_SAMPLE 1000 /* rule V06 */
#define RESIZES 3
#define PROBE_MAX_NS 100000000 /* of a sample: longer ones would cost more than they tell */

static void timed(struct subject *s, int64_t iterations, int64_t *wall_ns, int64_t *cpu_ns) {
    int64_t (*clock)(void) = s->threads > 1 ? clock_process_ns : clock_thread_ns;
    int64_t cpu = clock(), wall = clock_now_ns();
    s->loop(s, iterations);
    int64_t end = clock_now_ns();
    *cpu_ns = clock() - cpu;
    *wall_ns = end - wall;
}

static int64_t least_ns(const struct job *job) {
    int64_t by_clock = CLOCK_STEPS_PER_SAMPLE * clock_step_ns();
    return job->sample_min_ns > by_clock ? job->sample_min_ns : by_clock;
}

/* A tenth over the aim, so that a slightly faster sample is still long enough. */
static int64_t enough(int64_t iterations, int64_t took_ns, int64_t least) {
    double wanted = ceil((double)iterations * 1.1 * (double)least / (double)(took_ns > 0 ? took_ns : 1));
    return wanted < 1 ? 1 : wanted > 1e12 ? 1000000000000 : (int64_t)wanted;
}

static int64_t size_loop(struct subject *s, int64_t least, struct result *r) {
    int64_t iterations = 1, wall, cpu;
    for (;;) {
        timed(s, iterations, &wall, &cpu);
        r->warmup += iterations;
        /* by CPU time: a probe that was preempted took long, and would make every sample too short. Members of a
         * crew that wait are busy, too, so their time divides evenly. */
        cpu /= (int64_t)s->threads;
        if (cpu >= least / 8)
            return enough(iterations, cpu, least);
        iterations *= 8; /* short probes are all start-up; grow until one is worth scaling */
    }
}

/* At least the asked time, then until three samples agree with the three before, at most as long again. */
static int64_t warm_up(struct subject *s, const struct job *job, int64_t iterations, int64_t least, int64_t begin,
                       struct result *r) {
    int64_t last[6] = {0}, wall;
    for (size_t n = 0;; n++) {
        int64_t spent = clock_now_ns() - begin;
        bool settled = n >= 6 && fabs(median_of(last, 3) / median_of(last + 3, 3) - 1) < 0.02;
        if (spent >= 2 * job->warmup_ns || (spent >= job->warmup_ns && (settled || job->warmup_ns == 0)))
            break;
        memmove(last, last + 1, 5 * sizeof *last);
        timed(s, iterations, &wall, &last[5]);
        r->warmup += iterations;
    }
    return last[5] > 0 ? enough(iterations, last[5], least) : iterations;
}

static bool check(struct subject *s, struct result *r, bool *passed) {
    r->detail[0] = 0;
    *passed = s->matches(s, r->detail, sizeof r->detail);
    if (!*passed && r->detail[0] == 0)
        snprintf(r->detail, sizeof r->detail, "the output differs");
    return *passed;
}

/* First inference, its check, loop size and warm-up: all that comes before a timed region. False: wrong output. */
static bool prepare(struct subject *s, const struct job *job, struct result *r) {
    int64_t cpu;
    subject_poison(s);
    int64_t begin = clock_now_ns();
    timed(s, 1, &r->first_ns, &cpu);
    r->warmup = 1;
    if (!check(s, r, &r->check_before))
        return false;
    int64_t least = least_ns(job);
    begin += clock_now_ns() - begin - r->first_ns; /* the check is no warm-up */
    r->iterations = size_loop(s, least, r);
    r->iterations = warm_up(s, job, r->iterations, least, begin, r);
    return true;
}

static void take_usage(const struct subject *s, struct result *r, int sign) {
    struct rusage usage;
    if (getrusage(s->threads > 1 ? RUSAGE_SELF : RUSAGE_THREAD, &usage) != 0)
        return;
    r->inv_switches += sign * usage.ru_nivcsw;
    r->minor_faults += sign * usage.ru_minflt;
    r->major_faults += sign * usage.ru_majflt;
}

static int64_t shortest(const struct result *r) {
    int64_t found = INT64_MAX;
    for (uint32_t i = 0; i < r->samples; i++)
        if (r->wall_ns[i] < found)
            found = r->wall_ns[i];
    return found;
}

static void take_samples(struct subject *s, const struct job *job, struct result *r) {
    r->inv_switches = r->minor_faults = r->major_faults = 0;
    r->samples = (uint32_t)job->samples;
    take_usage(s, r, -1);
    for (uint32_t i = 0; i < r->samples; i++) {
        if (i + 1 == r->samples)
            subject_poison(s); /* the last sample must write it all again */
        timed(s, r->iterations, &r->wall_ns[i], &r->cpu_ns[i]);
    }
    take_usage(s, r, 1);
}

static void finish(struct subject *s, struct result *r) {
    r->clock_hz = 0;
    for (int i = 0; i < 3; i++) /* an interrupt can only make the core look slower */
        r->clock_hz = fmax(r->clock_hz, peak_clock_hz(1000000));
    check(s, r, &r->check_after);
    subject_digest(s, r->digest);
}

/* Rules V05 and V03: one sample of twice the loop, and one with other inputs, after the last check. */
static void probe_loop(struct subject *s, struct result *r) {
    int64_t wall, cpu;
    if (shortest(r) > PROBE_MAX_NS)
        return;
    timed(s, 2 * r->iterations, &wall, &cpu);
    r->double_ns = s->threads > 1 ? wall : cpu;
    if (!subject_renew(s))
        return;
    timed(s, r->iterations, &wall, &cpu);
    r->fresh_ns = s->threads > 1 ? wall : cpu;
}

void measure_samples(struct subject *s, const struct job *job, struct result *r) {
    if (!prepare(s, job, r))
        return;
    int64_t least = least_ns(job);
    take_samples(s, job, r);
    for (int i = 0; i < RESIZES && shortest(r) < least; i++) {
        r->warmup += r->iterations * r->samples;
        r->iterations = enough(r->iterations, shortest(r), least);
        take_samples(s, job, r);
    }
    finish(s, r);
    r->steady = is_steady(r->wall_ns, r->samples);
    if (r->check_after)
        probe_loop(s, r);
}

void measure_window(struct subject *s, const struct job *job, int64_t window_ns, struct result *r) {
    if (!prepare(s, job, r))
        return;
    subject_poison(s);
    r->begin_ns = clock_now_ns();
    do {
        s->loop(s, r->iterations);
        r->inferences += r->iterations;
        r->end_ns = clock_now_ns();
    } while (r->end_ns - r->begin_ns < window_ns);
    finish(s, r);
}

/* A second each, more where 600 of them would not be enough; a short run is cut as finely as a minute is. */
static int64_t bucket_length(int64_t length_ns) {
    int64_t second = 1000000000, fine = length_ns / 60, coarse = length_ns / BUCKETS_MAX;
    return coarse > second ? coarse : fine < second ? fine : second;
}

void measure_sustained(struct subject *s, const struct job *job, int64_t length_ns, struct result *r) {
    int64_t (*cpu_clock)(void) = s->threads > 1 ? clock_process_ns : clock_thread_ns;
    int64_t bucket_ns = bucket_length(length_ns);
    if (!prepare(s, job, r))
        return;
    subject_poison(s);
    r->begin_ns = clock_now_ns();
    do {
        uint32_t i = r->samples++;
        int64_t cpu = cpu_clock(), begin = clock_now_ns();
        do {
            s->loop(s, r->iterations);
            r->bucket_n[i] += r->iterations;
            r->end_ns = clock_now_ns();
        } while (r->end_ns - begin < bucket_ns);
        r->cpu_ns[i] = cpu_clock() - cpu;
        r->wall_ns[i] = r->end_ns - begin;
        r->inferences += r->bucket_n[i];
        if (i % CLOCK_EVERY == 0) /* a millisecond that is in no bucket */
            r->bucket_hz[i / CLOCK_EVERY] = (int64_t)peak_clock_hz(1000000);
    } while (r->samples < BUCKETS_MAX && r->end_ns - r->begin_ns < length_ns);
    finish(s, r);
    r->steady = true; /* whether the speed falls is the very question */
}

static void sleep_until(struct subject *s, int64_t ns) {
    struct timespec t = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    if (clock_now_ns() >= ns)
        return;
    if (s->crew != NULL) /* members that wait by looking would burn what a sleeping program saves */
        crew_rest(s->crew);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        ;
    if (s->crew != NULL)
        crew_wake(s->crew);
}

/* Serves release after release; returns how many, the response of each in `response`. */
static size_t serve(struct subject *s, int64_t pace_ns, int64_t *response, struct result *r) {
    int64_t stride = r->releases / SAMPLES_MAX + 1;
    size_t done = 0;
    for (int64_t k = 0; k < r->releases; k++) {
        int64_t due = r->begin_ns + k * pace_ns, wall, cpu;
        sleep_until(s, due);
        if (clock_now_ns() >= due + pace_ns) {
            r->missed++;
            continue;
        }
        timed(s, 1, &wall, &cpu);
        response[done] = clock_now_ns() - due;
        r->missed += response[done] > pace_ns;
        r->busy_ns += wall;
        if ((int64_t)done++ % stride == 0 && r->samples < SAMPLES_MAX)
            r->wall_ns[r->samples] = wall, r->cpu_ns[r->samples++] = cpu;
    }
    return done;
}

void measure_periodic(struct subject *s, const struct job *job, int64_t length_ns, int64_t pace_ns, struct result *r) {
    static const double shares[PACE_COUNT] = {0.25, 0.5, 0.9, 0.99, 1};
    r->releases = length_ns / pace_ns > 0 ? length_ns / pace_ns : 1;
    int64_t *response = calloc((size_t)r->releases, sizeof *response);
    if (response == NULL)
        snprintf(r->detail, sizeof r->detail, "no memory for its times");
    if (response == NULL || !prepare(s, job, r))
        return;
    subject_poison(s);
    r->iterations = 1;
    r->begin_ns = clock_now_ns() + 1000000;
    r->inferences = (int64_t)serve(s, pace_ns, response, r);
    sleep_until(s, r->begin_ns + r->releases * pace_ns); /* the last release's rest is in the joules, too */
    r->end_ns = clock_now_ns();
    for (size_t i = 0; i < PACE_COUNT && r->inferences > 0; i++)
        r->response_ns[i] = (int64_t)quantile_of(response, (size_t)r->inferences, shares[i]);
    free(response);
    finish(s, r);
    r->steady = true;
}

/* Sample-to-sample noise in log units, from neighbours only, so that a drift does not excuse itself. */
static double noise_of(const int64_t *wall_ns, size_t n) {
    int64_t steps_ppb[SAMPLES_MAX];
    for (size_t i = 0; i + 1 < n; i++)
        steps_ppb[i] = (int64_t)(1e9 * fabs(log((double)wall_ns[i + 1] / (double)wall_ns[i])));
    return 1.4826 / sqrt(2) * 1e-9 * median_of(steps_ppb, n - 1);
}

/* Whether two stretches of samples differ by more than `limit` and more than their noise explains: the standard
 * error of 5 against 15 medians is 0.65 of the noise, so twice the noise is about three of them. */
static bool differ(const int64_t *a, size_t na, const int64_t *b, size_t nb, double limit, double noise) {
    return fabs(log(median_of(a, na) / median_of(b, nb))) >= fmax(limit, 2 * noise);
}

bool is_steady(const int64_t *wall_ns, size_t n) {
    size_t drop = 0;
    if (n < 8 || n > SAMPLES_MAX)
        return true; /* nothing can be said */
    double noise = noise_of(wall_ns, n);
    for (; 2 * drop < n; drop += 5) {
        size_t left = n - drop, quarter = left / 4;
        const int64_t *first = wall_ns + drop;
        if (quarter == 0 || !differ(first, quarter, first + quarter, left - quarter, 0.01, noise))
            break;
    }
    if (2 * drop >= n)
        return false;
    size_t half = (n - drop) / 2;
    return !differ(wall_ns + drop, half, wall_ns + drop + half, n - drop - half, 0.02, noise);
}
