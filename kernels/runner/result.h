/* What a repetition leaves: written by `runner rep` on its pipe, or taken from a program's words; read by the worker.
 * Both ends are the same binary, so the wire form is the struct itself. */
#ifndef RUNNER_RESULT_H
#define RUNNER_RESULT_H
#include "codes.h"
#include "sha256.h"
#include "text.h"

#define RESULT_MAGIC 0x48423152u
#define MASK_ROOM 264
#define LAYERS_MAX 512
#define BUCKETS_MAX 600 /* of a sustained run; as many as fit into a frame beside its watched files */
#define CLOCK_EVERY 10  /* buckets between two looks at the core's clock */
enum { PACE_P25, PACE_P50, PACE_P90, PACE_P99, PACE_MAX, PACE_COUNT };
struct result {
    uint32_t magic, samples;
    int64_t iterations, warmup; /* inferences: per sample, and before the first sample */
    int64_t inv_switches, minor_faults, major_faults;
    int64_t double_ns, fresh_ns; /* a sample of twice the loop, and one with other inputs; CPU time of one thread */
    int64_t weights_bytes, arena_bytes, peak_rss_bytes, load_ns, first_ns;
    int64_t begin_ns, end_ns, inferences; /* of an energy window, of a sustained or a periodic run */
    double clock_hz;
    bool ran; /* false: it could not be carried out, `words` say why */
    bool check_before, check_after, steady;
    char digest[SHA256_HEX], cpu_mask[MASK_ROOM], variant[NAME_ROOM];
    char detail[WORDS_ROOM], words[WORDS_ROOM];
    char version[NAME_ROOM], executed[NAME_ROOM]; /* programs only */
    int64_t wall_ns[SAMPLES_MAX], cpu_ns[SAMPLES_MAX];
    uint32_t layers; /* of a network whose layers were asked for */
    int64_t layer_ns[LAYERS_MAX];
    uint16_t layer_variant[LAYERS_MAX]; /* its line in the registry, from 1; 0 = no products */
    int64_t bucket_n[SAMPLES_MAX], bucket_hz[SAMPLES_MAX / CLOCK_EVERY]; /* sustained: inferences of each bucket */
    int64_t releases, missed, busy_ns, response_ns[PACE_COUNT];          /* periodic: release to result */
};
/* First on the pipe, before anything can crash: the variant's name in NAME_ROOM bytes. */
bool result_announce(int fd, const char *variant);
bool result_send(int fd, const struct result *r);
/* What came over the pipe; `variant` of an announcement is kept even when no result followed. */
bool result_receive(const struct text *output, struct result *r);
#endif
