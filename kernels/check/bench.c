/* The bench: the checker's call, timed by the thread's CPU clock, and as a share of what the core itself can do. For
 * the engineer at the kernel; the numbers that are published come from the runner. */
#include "../isa/isa.h"
#include "bench.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAMPLES = 11, SAMPLE_NS = 4000000, PATIENCE_NS = 200000000 };

/* Of a kernel's own limit; the report's mark, too. */
static const double WEAK = 0.70;

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double time_calls(struct kernel_case *c, unsigned calls) {
    double begin = cpu_ns();
    for (unsigned i = 0; i < calls; i++)
        case_run(c);
    return (cpu_ns() - begin) / calls;
}

static int ascending(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median_ns(struct kernel_case *c, double *best) {
    double once = time_calls(c, 1);
    *best = once;
    if (once > PATIENCE_NS)
        return once;
    once = time_calls(c, 2);
    unsigned calls = 1 + (unsigned)(SAMPLE_NS / once);
    double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++)
        samples[i] = time_calls(c, calls);
    qsort(samples, SAMPLES, sizeof *samples, ascending);
    *best = samples[0];
    return samples[SAMPLES / 2];
}

struct result {
    const struct kernel_variant *v;
    const char *shape;
    double ns, best_ns, ops_per_s, bytes_per_s, share, own_share;
    bool weak; /* the best of its kernel, and far from what its own instructions reach */
    struct bench_limit limit;
};

static void say(const struct result *r) {
    double rate = r->limit.is_bytes ? r->bytes_per_s : r->ops_per_s;
    printf("%-40s %-18s %10.1f %s", kernel_name(r->v).text, r->shape, rate * 1e-9, r->limit.is_bytes ? "GB/s" : "GOPS");
    if (r->limit.best.per_s > 0)
        printf(" %6.1f %% of %s", 100 * r->share, r->limit.what);
    if (r->limit.own.loop != r->limit.best.loop)
        printf(" %6.1f %% of %s", 100 * r->own_share, r->limit.own.loop);
    printf("%s\n", r->weak ? " weak" : "");
    fflush(stdout);
}

static const char *word(const char *loop) { return loop ? loop : ""; }

static void say_json(const struct result *r) {
    printf("{\"variant\":\"%s\",\"op\":\"%s\",\"scheme\":\"%s\",\"shape\":\"%s\",\"ns\":%.1f,\"best_ns\":%.1f,"
           "\"ops_per_s\":%.6g,\"bytes_per_s\":%.6g,\"limit\":\"%s\",\"loop\":\"%s\",\"peak_per_s\":%.6g,"
           "\"peak_share\":%.4f,\"own_loop\":\"%s\",\"own_per_s\":%.6g,\"own_share\":%.4f}\n",
           kernel_name(r->v).text, r->v->op, r->v->scheme, r->shape, r->ns, r->best_ns, r->ops_per_s, r->bytes_per_s,
           r->limit.what, word(r->limit.best.loop), r->limit.best.per_s, r->share, word(r->limit.own.loop),
           r->limit.own.per_s, r->own_share);
    fflush(stdout);
}

static void keep_larger(struct bench_rate *kept, const struct bench_rate *other) {
    if (other->per_s > kept->per_s)
        *kept = *other;
}

/* The limit is taken on both sides of the work: a clock that changes in between would make the share a lie. */
static void bench_case(struct kernel_case *c, const char *shape, const struct bench_options *o) {
    struct result r = {.v = c->variant, .shape = shape};
    struct bench_limit before = bench_limit(c, o->features);
    r.ns = median_ns(c, &r.best_ns);
    r.limit = bench_limit(c, o->features);
    keep_larger(&r.limit.best, &before.best);
    keep_larger(&r.limit.own, &before.own);
    r.ops_per_s = 1e9 * c->ops / r.ns;
    r.bytes_per_s = 1e9 * bench_bytes(c) / r.ns;
    double rate = r.limit.is_bytes ? r.bytes_per_s : r.ops_per_s;
    r.share = r.limit.best.per_s > 0 ? rate / r.limit.best.per_s : 0;
    r.own_share = r.limit.own.per_s > 0 ? rate / r.limit.own.per_s : 0;
    const struct kernel_variant *best = kernel_best(r.v->op, r.v->scheme, o->features);
    r.weak = r.v == best && r.own_share > 0 && r.own_share < WEAK;
    o->json ? say_json(&r) : say(&r);
}

/* `op` among the words of `ops`. */
static bool is_among(const char *ops, const char *op) {
    const size_t length = strlen(op);
    for (const char *at = ops; (at = strstr(at, op)) != NULL; at += length)
        if ((at == ops || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static void bench_variant(const struct kernel_variant *v, const struct bench_options *o) {
    for (size_t i = 0; i < bench_shape_count; i++) {
        const struct bench_shape *s = &bench_shapes[i];
        struct kernel_case c;
        char err[128];
        struct case_wish wish = {.variant = v, .shape = s->shape, .options = case_usual(v->op, v->scheme), .seed = 1,
                                 .memory = &case_plain_memory};
        if (!is_among(s->ops, v->op) || (o->shapes && !strstr(s->name, o->shapes)))
            continue;
        if (!case_open(&c, &wish, err, sizeof err)) {
            fprintf(stderr, "%s: %s\n", kernel_name(v).text, err);
            continue;
        }
        bench_case(&c, s->name, o);
        case_close(&c);
    }
}

void bench(const struct bench_options *o) {
    if (!o->json)
        bench_peaks(o->features);
    for (size_t i = 0; i < kernel_variant_count; i++) {
        const struct kernel_variant *v = &kernel_variants[i];
        bool slow = strcmp(v->isa, "ref") == 0 && (!o->only || !strstr(o->only, "ref"));
        if (!slow && (!o->only || strstr(kernel_name(v).text, o->only)) && !(v->needs & ~o->features))
            bench_variant(v, o);
    }
}
