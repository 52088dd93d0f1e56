/* Fuzz target: what a child writes on its result pipe. The first byte says who: a worker script (its words), or a
 * process of our own that went astray (its struct). Whatever is accepted goes through the statistics of the stop
 * rule and must be fit for a frame. */
#define _GNU_SOURCE
#include "runner/child.h"
#include "runner/codes.h"
#include "runner/job.h"
#include "runner/numbers.h"
#include "runner/program.h"
#include "runner/result.h"
#include <stdlib.h>
#include <string.h>

static void must(bool held) {
    if (!held)
        abort();
}

static void word(const char *s, size_t room) { must(memchr(s, 0, room) != NULL); }

static void walk(const struct result *r) {
    volatile double kept = 0;
    must(r->samples <= SAMPLES_MAX);
    word(r->digest, sizeof r->digest), word(r->cpu_mask, sizeof r->cpu_mask), word(r->variant, sizeof r->variant);
    word(r->detail, sizeof r->detail), word(r->words, sizeof r->words);
    word(r->version, sizeof r->version), word(r->executed, sizeof r->executed);
    must(r->ran + r->check_before + r->check_after + r->steady <= 4);
    if (r->samples == 0)
        return;
    kept += quantile_of(r->wall_ns, r->samples, 0.25) + median_of(r->cpu_ns, r->samples);
    struct text json = {0};
    json_open(&json, "sample");
    json_ints(&json, "wall_ns", r->wall_ns, r->samples, 1);
    json_ints(&json, "cpu_ns", r->cpu_ns, r->samples, 1);
    json_str(&json, "detail", r->detail);
    json_str(&json, "executed", r->executed);
    json_num(&json, "clock_hz", r->clock_hz);
    json_close(&json);
    must(json.size == strlen(json.data));
    text_free(&json);
}

static void script(const char *bytes, size_t size, bool window) {
    static struct result r;
    static const uint8_t expected[8] = {0, 0, 128, 63, 0, 0, 128, 63}; /* two floats: 1.0 */
    char words[WORDS_ROOM] = "";
    struct job job = {.samples = 8};
    struct job_item item = {.tolerance_ppm = size % 3 ? 1000 : 0};
    struct child_end end = {.ended_ns = INT64_MAX, .usage.ru_utime.tv_sec = 1000000};
    end.output = (struct text){.data = (char *)bytes, .size = size};
    if (program_result(&job, &item, &end, expected, sizeof expected, window, &r, words, sizeof words))
        walk(&r);
    else
        must(words[0] != 0 && memchr(words, 0, sizeof words) != NULL);
}

/* The input lies over a struct of the right size and mark, for any other is refused at once. */
static void astray(const char *bytes, size_t size) {
    static struct result r, sent;
    const size_t whole = NAME_ROOM + sizeof sent;
    char *block = calloc(1, whole);
    if (block == NULL)
        return;
    memcpy(block, bytes, size < whole ? size : whole);
    memcpy(&sent, block + NAME_ROOM, sizeof sent);
    sent.magic = RESULT_MAGIC;
    memcpy(block + NAME_ROOM, &sent, sizeof sent);
    struct text output = {.data = block, .size = size % 5 ? whole : size < whole ? size : whole};
    result_receive(&output, &r); /* false too: its variant is put into words */
    walk(&r);
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    char *bytes = malloc(size);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data + 1, size - 1);
    bytes[size - 1] = 0; /* a text of the runner ends with one */
    if (data[0] % 4 == 0)
        astray(bytes, size - 1);
    else
        script(bytes, size - 1, data[0] % 2);
    free(bytes);
    return 0;
}
