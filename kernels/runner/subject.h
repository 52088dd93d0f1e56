/* What a repetition times: a kernel case or a network, ready to run, with its check. */
#ifndef RUNNER_SUBJECT_H
#define RUNNER_SUBJECT_H
#define SUBJECT_ALIGN 64
#ifndef _GNU_SOURCE
#error "subject.h needs _GNU_SOURCE before the first include: cpu_set_t"
#endif
#include "../cases/case.h"
#include "../nets/nets.h"
#include "choose.h"
#include "codes.h"
#include "crew.h"
#include "job.h"
#include "sha256.h"
#include "split.h"

struct subject {
    void (*loop)(struct subject *s, int64_t iterations); /* the timed code */
    bool (*matches)(const struct subject *s, char *err, size_t err_size);
    char variant[NAME_ROOM];
    struct subject_output {
        void *at;
        size_t bytes;
    } outputs[CASE_OUTPUTS];
    size_t output_count;
    int64_t weights_bytes, arena_bytes;
    const void *want; /* the ref's output, or the expected blob */
    size_t want_bytes;
    int64_t tolerance_ppm;
    struct kernel_case kernel;
    size_t threads;
    struct crew *crew; /* NULL with one thread */
    struct kernel_case *parts;
    struct net net;
    struct net_team team; /* the crew, as a network sees it */
    void (*net_part)(void *of, size_t index); /* what the crew does next, and of what */
    void *net_of;
    const void *input;
};
/* The variant an item runs: the forced one, or the best this CPU has; NULL + words when there is none. */
const struct kernel_variant *item_variant(const struct job_item *item, char *err, size_t err_size);
/* Item whose ref output this one shares: the first with an oracle of the same op, scheme and shape. */
size_t ref_index(const struct job *job, size_t index);
/* runs/RUN.ref.INDEX; with REF_UNDONE its name until it is whole. */
#define REF_UNDONE ".tmp"
#define REF_A ".a" /* what the oracle read, for programs: rows of A, and B as N rows of K */
#define REF_B ".b"
bool ref_path(const char *dir, const struct job *job, size_t index, const char *undone, char *path);
/* Opens what an item times. More than one thread: they are started, each on its own one of `cores`. */
bool subject_open(struct subject *s, const struct job *job, size_t index, const char *dir, const cpu_set_t *cores,
                  char *err, size_t err_size);
/* Overwrites every output: one that nobody writes must not look like the one before. */
void subject_poison(const struct subject *s);
/* Other inputs of the same kind and range, in the same place; false where there is no telling what they may be. */
bool subject_renew(struct subject *s);
/* sha256 of all outputs, one after the other. */
void subject_digest(const struct subject *s, char hex[SHA256_HEX]);
/* The median time of each layer of an open network over a few rounds, and its variant's line in the registry, from 1;
 * returns how many layers, 0 where there is no memory for it. */
size_t subject_layers(struct subject *s, int64_t *took_ns, uint16_t *variants);
/* Computes and keeps the output of the kernel's oracle, untimed: whole under its name, or not at all. */
struct ref_done {
    int64_t bytes;
    struct choice choice; /* of the variant, for items that force none */
};
bool ref_write(const struct job *job, size_t index, const char *dir, struct ref_done *done, char *err,
               size_t err_size);
#endif
