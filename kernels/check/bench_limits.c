/* What a kernel of a family could reach: the registers' own speed for what multiplies, reading for what does not. */
#include "../peak/peak.h"
#include "bench.h"
#include <stdio.h>
#include <string.h>

enum { NS = 20000000, AGAIN_NS = 8000000, READ_NS = 5000000, LEAST = 16384, TRIES = 5, KNOWN = 32 };

/* The best loop of a unit with some features is looked for once; then only that one is timed. */
static const struct peak_loop *best_loop(const char *unit, uint32_t features) {
    static struct {
        const char *unit;
        uint32_t features;
        const struct peak_loop *loop;
    } known[KNOWN];
    const char *name;
    size_t i = 0;
    while (i < KNOWN && known[i].unit != NULL && (strcmp(known[i].unit, unit) != 0 || known[i].features != features))
        i++;
    if (i == KNOWN)
        return NULL;
    if (known[i].unit == NULL && peak_measure(unit, features, NS, TRIES, &name) > 0) {
        known[i].unit = unit, known[i].features = features;
        for (size_t l = 0; l < peak_loop_count; l++)
            if (strcmp(peak_loops[l].name, name) == 0)
                known[i].loop = &peak_loops[l];
    }
    return known[i].loop;
}

/* The unit that a family works with; *steps = operations of that unit for one of the kernel's. */
static const char *unit_of(const struct kernel_variant *v, const struct forms *f, double *steps) {
    *steps = 1;
    if (strcmp(v->family, "float") == 0)
        return v->scheme;
    if (strcmp(v->op, "dwconv") == 0 || strcmp(v->op, "poolgemm") == 0)
        return NULL; /* vertical counters and sums of a table use no such unit */
    bool planes = strcmp(v->family, "bitserial") == 0;
    if (planes)
        *steps = f->a.bits * f->b.bits;
    return f->a.kind == FORM_INT8 && !planes ? "w8a8" : "w1a1";
}

double bench_bytes(const struct kernel_case *c) {
    double sum = 0;
    if (c->variant->kind == KERNEL_gemm) {
        bool half = strcmp(c->variant->scheme, "fp16") == 0 || strcmp(c->variant->scheme, "bf16") == 0;
        double bits = half ? 16 : c->forms.b.bits;
        return (double)c->shape.n * (double)c->shape.k * bits / 8;
    }
    for (size_t i = 0; c->variant->kind == KERNEL_map && i < c->block_count; i++)
        sum += (double)c->blocks[i].bytes;
    return sum;
}

/* GEMV reads its weights where they lie; for the pieces any memory of that size does. */
static struct bench_limit reading(const struct kernel_case *c, uint32_t features) {
    static double of;
    static struct bench_rate rate;
    double footprint = bench_bytes(c) > LEAST ? bench_bytes(c) : LEAST;
    if (c->variant->kind == KERNEL_gemm) {
        rate.per_s = peak_read_over(c->args.gemm.rhs, c->weights_bytes, features, READ_NS, &rate.loop);
        footprint = 0;
    } else if (of != footprint) {
        rate.per_s = peak_read_bandwidth((size_t)footprint, features, READ_NS, &rate.loop);
    }
    of = footprint;
    return (struct bench_limit){.what = "read", .is_bytes = true, .best = rate, .own = rate};
}

static struct bench_rate rate_of(const struct peak_loop *loop, double steps) {
    if (loop == NULL)
        return (struct bench_rate){0, NULL};
    return (struct bench_rate){peak_measure_loop(loop, AGAIN_NS, 2) / steps, loop->name};
}

struct bench_limit bench_limit(const struct kernel_case *c, uint32_t features) {
    const struct kernel_variant *v = c->variant;
    struct bench_limit limit = {.what = ""};
    double steps;
    if (v->kind == KERNEL_map || strcmp(v->op, "gemv") == 0)
        return reading(c, features);
    const char *unit = unit_of(v, &c->forms, &steps);
    if (unit == NULL)
        return limit;
    const struct peak_loop *best = best_loop(unit, features), *own = best;
    if (best != NULL && (best->needs & ~v->needs) != 0)
        own = best_loop(unit, v->needs);
    limit.what = unit;
    limit.best = rate_of(best, steps);
    limit.own = own == best ? limit.best : rate_of(own, steps);
    return limit;
}

void bench_peaks(uint32_t features) {
    printf("clock %.3f GHz\n", peak_clock_hz(NS) * 1e-9);
    for (size_t i = 0; i < peak_loop_count; i++) {
        const struct peak_loop *loop = &peak_loops[i];
        if (loop->needs & ~features)
            continue;
        double rate = peak_measure_loop(loop, NS, TRIES);
        printf("peak %-5s %-36s %10.1f GOPS %8.1f a cycle\n", loop->unit, loop->name, rate * 1e-9,
               rate / peak_clock_hz(NS));
    }
    for (size_t kib = 16; kib <= 64 << 10; kib *= 8) {
        const char *loop;
        double rate = peak_read_bandwidth(kib << 10, features, NS, &loop);
        printf("read %6zu KiB %8.1f GB/s %s\n", kib, rate * 1e-9, loop);
    }
}
