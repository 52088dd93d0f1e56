#define _GNU_SOURCE
#include "subject.h"
#include "../board/board.h"
#include "../isa/isa.h"
#include "compare.h"
#include "files.h"
#include "numbers.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POISON 0xa5
#define LAYER_ROUNDS 5
/* The compiler must believe that somebody reads every output. */
#define OUTPUT_IS_READ(p) __asm__ volatile("" : : "r"(p) : "memory")

const struct kernel_variant *item_variant(const struct job_item *item, char *err, size_t err_size) {
    const struct kernel_variant *v =
        item->variant[0] != 0 ? kernel_find(item->variant) : kernel_best(item->op, item->scheme, isa_features());
    if (v == NULL)
        snprintf(err, err_size, "this runner has no kernel %s %s%s%s", item->op, item->scheme,
                 item->variant[0] ? " named " : "", item->variant);
    else if (strcmp(v->op, item->op) != 0 || strcmp(v->scheme, item->scheme) != 0) {
        snprintf(err, err_size, "variant %s is not %s %s", kernel_name(v).text, item->op, item->scheme);
        v = NULL;
    } else if ((v->needs & ~isa_features()) != 0) {
        uint32_t missing = v->needs & ~isa_features();
        const char *name = isa_name(missing & (~missing + 1));
        snprintf(err, err_size, "variant %s needs %s, which this CPU lacks or the mask hides", kernel_name(v).text,
                 name ? name : "a feature");
        v = NULL;
    }
    return v;
}

size_t ref_index(const struct job *job, size_t index) {
    const struct job_item *a = &job->items[index], *b = job->items;
    while (!item_has_oracle(b) || strcmp(a->op, b->op) != 0 || strcmp(a->scheme, b->scheme) != 0 ||
           a->m != b->m || a->n != b->n || a->k != b->k || a->h != b->h || a->w != b->w || a->window != b->window ||
           a->stride != b->stride || a->groups != b->groups)
        b++;
    return (size_t)(b - job->items);
}

bool ref_path(const char *dir, const struct job *job, size_t index, const char *undone, char *path) {
    char ext[40];
    snprintf(ext, sizeof ext, ".ref.%zu%.8s", ref_index(job, index), undone);
    return run_path(dir, job->run, ext, path);
}

static void add_output(struct subject *s, void *at, size_t bytes) {
    s->outputs[s->output_count++] = (struct subject_output){at, bytes};
}

void subject_poison(const struct subject *s) {
    for (size_t i = 0; i < s->output_count; i++)
        memset(s->outputs[i].at, POISON, s->outputs[i].bytes);
}

/* Half of the rows change places with the other half: rows of A hold nothing but values of one type. */
bool subject_renew(struct subject *s) {
    const struct kernel_case *c = &s->kernel;
    if (c->variant == NULL)
        return false;
    const void *a = c->variant->kind == KERNEL_gemm   ? c->args.gemm.a
                    : c->variant->kind == KERNEL_conv ? c->args.conv.input
                                                      : c->args.map.a;
    for (size_t i = 0; i < c->block_count; i++) {
        uint8_t *at = c->blocks[i].at;
        size_t half = c->blocks[i].bytes / 2 / SUBJECT_ALIGN * SUBJECT_ALIGN;
        if (at != a || half == 0)
            continue;
        for (size_t b = 0; b < half; b++) {
            uint8_t kept = at[b];
            at[b] = at[b + half], at[b + half] = kept;
        }
        return true;
    }
    return false;
}

void subject_digest(const struct subject *s, char hex[SHA256_HEX]) {
    struct sha256 digest;
    sha256_start(&digest);
    for (size_t i = 0; i < s->output_count; i++)
        sha256_add(&digest, s->outputs[i].at, s->outputs[i].bytes);
    sha256_hex(&digest, hex);
}

static void kernel_loop(struct subject *s, int64_t iterations) {
    for (int64_t i = 0; i < iterations; i++) {
        case_run(&s->kernel);
        OUTPUT_IS_READ(s->outputs[0].at);
    }
}

static void crew_loop(struct subject *s, int64_t iterations) {
    for (int64_t i = 0; i < iterations; i++) {
        crew_run(s->crew);
        OUTPUT_IS_READ(s->outputs[0].at);
    }
}

static void do_part(void *self, size_t index) { case_run((struct kernel_case *)self + index); }

/* Cuts the open case into parts and hires a crew for them. */
static bool hire(struct subject *s, size_t threads, const cpu_set_t *cores, char *err, size_t err_size) {
    s->parts = calloc(threads, sizeof *s->parts);
    if (s->parts == NULL || !split_case(&s->kernel, threads, s->parts, err, err_size))
        return false;
    s->crew = crew_open(threads, cores, do_part, s->parts, err, err_size);
    s->loop = crew_loop;
    return s->crew != NULL;
}

static void do_net_part(void *self, size_t index) {
    struct subject *s = self;
    s->net_part(s->net_of, index);
}

static void run_team(void *self, void (*part)(void *of, size_t index), void *of) {
    struct subject *s = self;
    s->net_part = part;
    s->net_of = of;
    crew_run(s->crew);
}

/* The crew that shares the layers of the open network. */
static bool hire_for_net(struct subject *s, const cpu_set_t *cores, char *err, size_t err_size) {
    s->team = (struct net_team){run_team, s};
    s->net.team = &s->team;
    s->crew = crew_open(s->threads, cores, do_net_part, s, err, err_size);
    return s->crew != NULL;
}

static bool kernel_matches(const struct subject *s, char *err, size_t err_size) {
    if (s->want_bytes != s->kernel.output_bytes) {
        snprintf(err, err_size, "the ref wrote %zu bytes, this variant %zu", s->want_bytes, s->kernel.output_bytes);
        return false;
    }
    return case_matches(&s->kernel, s->want, err, err_size);
}

static struct case_shape item_shape(const struct job_item *item) {
    struct case_shape s = {.m = (size_t)item->m, .n = (size_t)item->n, .k = (size_t)item->k};
    s.h = (size_t)item->h, s.w = (size_t)item->w, s.window = (size_t)item->window;
    s.stride = (size_t)item->stride, s.pad = s.window / 2, s.groups = (size_t)item->groups;
    return s;
}

static struct case_wish wish_of(const struct kernel_variant *v, const struct job *job, size_t index) {
    const struct job_item *item = &job->items[index];
    return (struct case_wish){.variant = v,
                              .shape = item_shape(item),
                              .options = case_usual(item->op, item->scheme),
                              .seed = (uint64_t)job->seed,
                              .memory = &case_plain_memory};
}

static bool open_case(struct kernel_case *c, const struct kernel_variant *v, const struct job *job, size_t index,
                      char *err, size_t err_size) {
    struct case_wish wish = wish_of(v, job, index);
    return case_open(c, &wish, err, err_size);
}

static bool open_kernel(struct subject *s, const struct job *job, size_t index, const char *dir, char *err,
                        size_t err_size) {
    char path[PATH_ROOM];
    const struct kernel_variant *v = item_variant(&job->items[index], err, err_size);
    if (v == NULL || !ref_path(dir, job, index, "", path) ||
        !map_file(path, &s->want, &s->want_bytes, err, err_size) ||
        !open_case(&s->kernel, v, job, index, err, err_size))
        return false;
    s->loop = kernel_loop;
    s->matches = kernel_matches;
    for (size_t i = 0; i < s->kernel.output_count; i++)
        add_output(s, s->kernel.outputs[i].at, s->kernel.outputs[i].bytes);
    s->weights_bytes = (int64_t)s->kernel.weights_bytes;
    s->arena_bytes = (int64_t)s->kernel.scratch_bytes;
    snprintf(s->variant, sizeof s->variant, "%s", kernel_name(v).text);
    return true;
}

static void network_loop(struct subject *s, int64_t iterations) {
    for (int64_t i = 0; i < iterations; i++) {
        net_run(&s->net, s->input, s->outputs[0].at);
        OUTPUT_IS_READ(s->outputs[0].at);
    }
}

static bool network_matches(const struct subject *s, char *err, size_t err_size) {
    return outputs_match(s->outputs[0].at, s->outputs[0].bytes, s->want, s->want_bytes, s->tolerance_ppm > 0,
                         s->tolerance_ppm, err, err_size);
}

/* Touched, so that no page comes into being inside a timed region. */
static void *touched(size_t bytes) {
    size_t room = (bytes + SUBJECT_ALIGN - 1) / SUBJECT_ALIGN * SUBJECT_ALIGN;
    void *block = bytes <= SIZE_MAX / 2 ? aligned_alloc(SUBJECT_ALIGN, room ? room : SUBJECT_ALIGN) : NULL;
    if (block != NULL)
        memset(block, POISON, room);
    return block;
}

static bool check_sizes(const struct subject *s, size_t input_bytes, char *err, size_t err_size) {
    bool good = input_bytes == s->net.input_bytes && s->want_bytes == s->net.output_bytes;
    if (!good)
        snprintf(err, err_size, "the plan reads %zu bytes and writes %zu; the blobs hold %zu and %zu",
                 s->net.input_bytes, s->net.output_bytes, input_bytes, s->want_bytes);
    return good;
}

static bool open_network(struct subject *s, const struct job *job, size_t index, const char *dir, char *err,
                         size_t err_size) {
    const struct job_item *item = &job->items[index];
    const void *plan;
    size_t plan_bytes, input_bytes;
    struct net_wish wish = {isa_features(), s->threads};
    if (!map_blob(dir, item->plan, &plan, &plan_bytes, err, err_size) ||
        !map_blob(dir, item->input, &s->input, &input_bytes, err, err_size) ||
        !map_blob(dir, item->expected, &s->want, &s->want_bytes, err, err_size) ||
        !net_open(&s->net, plan, plan_bytes, wish, err, err_size) || !check_sizes(s, input_bytes, err, err_size))
        return false;
    void *arena = touched(s->net.arena_bytes);
    void *output = touched(s->net.output_bytes);
    if (arena == NULL || output == NULL) {
        snprintf(err, err_size, "no memory for an arena of %zu bytes", s->net.arena_bytes);
        return false;
    }
    if (!net_prepare(&s->net, arena, err, err_size))
        return false;
    s->loop = network_loop;
    s->matches = network_matches;
    add_output(s, output, s->net.output_bytes);
    s->weights_bytes = (int64_t)s->net.weights_bytes;
    s->arena_bytes = (int64_t)s->net.arena_bytes;
    s->tolerance_ppm = item->tolerance_ppm;
    snprintf(s->variant, sizeof s->variant, "%s", s->net.variants);
    return true;
}

size_t subject_layers(struct subject *s, int64_t *took_ns, uint16_t *variants) {
    size_t count = s->net.layers;
    int64_t *took = calloc(LAYER_ROUNDS * count, sizeof *took);
    if (took == NULL)
        return 0;
    for (size_t round = 0; round < LAYER_ROUNDS; round++)
        net_run_layers(&s->net, s->input, s->outputs[0].at, clock_now_ns, took + round * count);
    for (size_t i = 0; i < count; i++) {
        const struct kernel_variant *v = net_layer_variant(&s->net, i);
        int64_t rounds[LAYER_ROUNDS];
        for (size_t round = 0; round < LAYER_ROUNDS; round++)
            rounds[round] = took[round * count + i];
        took_ns[i] = (int64_t)median_of(rounds, LAYER_ROUNDS);
        variants[i] = v == NULL ? 0 : (uint16_t)(v - kernel_variants + 1);
    }
    free(took);
    return count;
}

bool subject_open(struct subject *s, const struct job *job, size_t index, const char *dir, const cpu_set_t *cores,
                  char *err, size_t err_size) {
    memset(s, 0, sizeof *s);
    s->threads = (size_t)job->items[index].threads;
    if (job->items[index].kind == ITEM_KERNEL)
        return open_kernel(s, job, index, dir, err, err_size) &&
               (s->threads == 1 || hire(s, s->threads, cores, err, err_size));
    return open_network(s, job, index, dir, err, err_size) &&
           (s->threads == 1 || hire_for_net(s, cores, err, err_size));
}

/* The outputs of a case that has run, one after the other; NULL + errno. */
static void *outputs_of(const struct kernel_case *c) {
    void *outputs = malloc(c->output_bytes);
    if (outputs != NULL)
        case_copy_outputs(c, outputs);
    return outputs;
}

/* Whether a program is held against this oracle. */
static bool is_for_programs(const struct job *job, size_t index) {
    for (size_t i = 0; i < job->item_count; i++) {
        const struct job_item *item = &job->items[i];
        if (item->kind == ITEM_PROGRAM && item_has_oracle(item) && ref_index(job, i) == index)
            return true;
    }
    return false;
}

/* Ops that are no matrix product have no form of inputs that others could be told. */
static bool keep_inputs(const struct kernel_case *c, const struct job *job, size_t index, const char *dir) {
    char path[PATH_ROOM];
    const struct gemm_args *g = &c->args.gemm;
    return c->variant->kind == KERNEL_gemm && ref_path(dir, job, index, REF_A, path) &&
           write_whole(path, g->a, g->m * g->a_stride) && ref_path(dir, job, index, REF_B, path) &&
           write_whole(path, c->weights, g->n * c->weights_stride);
}

bool ref_write(const struct job *job, size_t index, const char *dir, struct ref_done *done, char *err,
               size_t err_size) {
    char path[PATH_ROOM], undone[PATH_ROOM];
    struct kernel_case c;
    const struct job_item *item = &job->items[index];
    const struct kernel_variant *ref = kernel_ref(item->op, item->scheme);
    memset(done, 0, sizeof *done);
    if (ref == NULL) {
        snprintf(err, err_size, "no oracle for %s %s", item->op, item->scheme);
        return false;
    }
    struct case_wish wish = wish_of(ref, job, index);
    if (!ref_path(dir, job, index, "", path) || !ref_path(dir, job, index, REF_UNDONE, undone) ||
        !case_open(&c, &wish, err, err_size))
        return false;
    if (is_for_programs(job, index) && !keep_inputs(&c, job, index, dir)) {
        snprintf(err, err_size, "cannot keep the inputs of %.90s: %s", item->op, strerror(errno));
        return false;
    }
    case_run(&c);
    done->bytes = (int64_t)c.output_bytes;
    void *outputs = outputs_of(&c);
    case_close(&c);
    bool good = outputs != NULL && write_whole(undone, outputs, (size_t)done->bytes) && rename(undone, path) == 0;
    if (good) {
        choose_variant(&wish, outputs, &done->choice);
    } else {
        snprintf(err, err_size, "cannot keep the ref's output: %s", strerror(errno));
        unlink(undone); /* a full disk needs its room for the spool */
    }
    free(outputs);
    return good;
}
