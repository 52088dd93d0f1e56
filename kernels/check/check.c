/* check: every variant that this CPU can run against its ref, one child process each, so that a crash has a name.
 *
 *   check [--list] [--budget S] [--seed N] [--only TEXT] [--isa-mask A,B] [--plant DEFECT]
 *   check --bench [--json] [--only TEXT] [--shapes TEXT] [--isa-mask A,B]
 *   check --calls N --only NAME --shapes SHAPE [--epilogue sums|bits|float|float_bits]
 *
 * Prints OK, SKIP or FAIL for each; exit 1 on any FAIL, 2 when it was asked something it does not know. */
#include "../isa/isa.h"
#include "check.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
    bool list, bench, json, calls;
    double budget_s;
    uint64_t seed, count;
    const char *only, *shapes, *epilogue;
    const struct kernel_variant *planted;
};
struct counts {
    unsigned ok, skipped, failed;
};

static const char *signal_name(int number) {
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV";
    case SIGBUS:
        return "SIGBUS";
    case SIGILL:
        return "SIGILL";
    case SIGFPE:
        return "SIGFPE";
    case SIGTRAP:
        return "SIGTRAP";
    case SIGALRM:
        return "SIGALRM: it does not end";
    default:
        return "signal";
    }
}

static void say_missing(const struct kernel_variant *v, uint32_t features) {
    printf("SKIP %s (cpu lacks", kernel_name(v).text);
    for (uint32_t bit = 1; bit; bit <<= 1)
        if (v->needs & ~features & bit)
            printf(" %s", isa_name(bit));
    printf(")\n");
}

static void say_shape(const struct case_wish *w) {
    const struct case_shape *s = &w->shape;
    printf(" m=%zu n=%zu k=%zu", s->m, s->n, s->k);
    if (s->window)
        printf(" h=%zu w=%zu window=%zu stride=%zu pad=%zu groups=%zu border=%d epilogue=%d shortcut=%d", s->h, s->w,
               s->window, s->stride, s->pad, s->groups, (int)w->options.border, (int)w->options.epilogue,
               w->options.shortcut);
    if (w->options.encoding)
        printf(" encoding=%d", (int)w->options.encoding);
    if (w->options.row || w->options.rows)
        printf(" row=%zu rows=%zu", w->options.row, w->options.rows);
}

static void say_failure(const struct kernel_variant *v, const struct options *o, const struct progress *p,
                        const char *words) {
    const struct case_wish *w = &p->wish;
    printf("FAIL %s", kernel_name(v).text);
    say_shape(w);
    printf(" fill=%d seed=%llu gaps=%zu,%zu guard=%s: %s\n", (int)w->fill, (unsigned long long)o->seed,
           w->layout.a_gap, w->layout.c_gap, p->at_end ? "end" : "begin", words);
}

static void check_variant(const struct kernel_variant *v, const struct options *o, double budget_s,
                          struct counts *counts) {
    struct progress *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        perror("check: mmap");
        exit(2);
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(120 + (unsigned)(10 * budget_s)); /* a loop without end becomes a FAIL as well */
        _exit(sweep(v, o->seed, budget_s, p) ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("check: child");
        exit(2);
    }
    if (WIFSIGNALED(status)) {
        snprintf(p->failure, sizeof p->failure, "signal %d (%s)", WTERMSIG(status), signal_name(WTERMSIG(status)));
        say_failure(v, o, p, p->failure);
    } else if (WEXITSTATUS(status)) {
        say_failure(v, o, p, p->failure);
    } else {
        printf("OK   %s (%u checks)\n", kernel_name(v).text, p->checks);
    }
    counts->failed += status != 0;
    counts->ok += status == 0;
    munmap(p, sizeof *p);
}

static bool wanted(const struct kernel_variant *v, const struct options *o) {
    return !o->only || strstr(kernel_name(v).text, o->only);
}

static int check_all(const struct options *o, uint32_t features) {
    struct counts counts = {0, 0, 0};
    unsigned usable = 0;
    for (size_t i = 0; i < kernel_variant_count; i++)
        usable += wanted(&kernel_variants[i], o) && (kernel_variants[i].needs & ~features) == 0;
    for (size_t i = 0; i < kernel_variant_count; i++) {
        const struct kernel_variant *v = &kernel_variants[i];
        if (!wanted(v, o))
            continue;
        if (v->needs & ~features) {
            say_missing(v, features);
            counts.skipped++;
        } else {
            check_variant(v, o, o->budget_s / usable, &counts);
        }
    }
    printf("%u ok, %u skipped, %u failed\n", counts.ok, counts.skipped, counts.failed);
    return counts.failed ? 1 : 0;
}

static int list(const struct options *o, uint32_t features) {
    for (size_t i = 0; i < kernel_variant_count; i++)
        if (wanted(&kernel_variants[i], o))
            printf("%s %s\n", kernel_name(&kernel_variants[i]).text,
                   kernel_variants[i].needs & ~features ? "no" : "yes");
    return 0;
}

static bool parse_value(struct options *o, const char *key, const char *value) {
    const char *bad = NULL;
    char *end = NULL;
    if (strcmp(key, "--only") == 0)
        return (o->only = value) != NULL;
    if (strcmp(key, "--shapes") == 0)
        return (o->shapes = value) != NULL;
    if (strcmp(key, "--epilogue") == 0)
        return (o->epilogue = value) != NULL;
    if (strcmp(key, "--calls") == 0)
        return o->calls = true, (o->count = strtoull(value, &end, 10)) < 1u << 20 && end != value && *end == '\0';
    if (strcmp(key, "--plant") == 0)
        return (o->planted = planted_find(value)) != NULL;
    if (strcmp(key, "--budget") == 0)
        return (o->budget_s = strtod(value, &end)) >= 0 && end != value && *end == '\0';
    if (strcmp(key, "--seed") == 0)
        return (o->seed = strtoull(value, &end, 10), end != value && *end == '\0');
    if (strcmp(key, "--isa-mask") == 0) {
        isa_set_mask(isa_parse(value, &bad));
        return bad == NULL;
    }
    return false;
}

int main(int argc, char **argv) {
    struct options o = {.budget_s = 10, .seed = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            o.list = true;
        } else if (strcmp(argv[i], "--bench") == 0) {
            o.bench = true;
        } else if (strcmp(argv[i], "--json") == 0) {
            o.json = true;
        } else if (i + 1 < argc && parse_value(&o, argv[i], argv[i + 1])) {
            i++;
        } else {
            fprintf(stderr, "check: cannot take '%s%s%s'\n", argv[i], i + 1 < argc ? " " : "",
                    i + 1 < argc ? argv[i + 1] : "");
            return 2;
        }
    }
    uint32_t features = isa_features();
    if (o.list)
        return list(&o, features);
    if (o.bench) {
        bench(&(struct bench_options){features, o.only, o.shapes, o.json});
        return 0;
    }
    if (o.calls)
        return calls(&(struct calls_options){features, (unsigned)o.count, o.only, o.shapes, o.epilogue});
    if (!o.planted)
        return check_all(&o, features);
    struct counts counts = {0, 0, 0};
    check_variant(o.planted, &o, 0, &counts);
    printf("%u ok, %u skipped, %u failed\n", counts.ok, counts.skipped, counts.failed);
    return counts.failed ? 1 : 0;
}
