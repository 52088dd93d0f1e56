/* Starts the child of an item, native or program, and turns whatever became of it into a result or words. */
#define _GNU_SOURCE
#include "../board/board.h"
#include "../isa/isa.h"
#include "child.h"
#include "files.h"
#include "measure.h"
#include "program.h"
#include "state.h"
#include "subject.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MAX (4 << 20)  /* children may chatter without end */
#define REF_TIMES 10       /* the plain oracle is slower than what is timed */

/* What a failure is blamed on. */
static void blame(const struct job_item *item, const char *announced, char *what, size_t size) {
    char err[WORDS_ROOM];
    const struct kernel_variant *v = item->kind == ITEM_KERNEL ? item_variant(item, err, sizeof err) : NULL;
    if (item->kind == ITEM_PROGRAM)
        snprintf(what, size, "program %.100s", strncmp(item->args[0], "blob:", 5) == 0 ? "(pushed)" : item->args[0]);
    else if (item->kind == ITEM_NETWORK)
        snprintf(what, size, "network (%.200s)", announced[0] ? announced : "being prepared");
    else
        snprintf(what, size, "%s", v != NULL ? kernel_name(v).text : item->op);
}

/* An illegal instruction means that a feature bit lied: say which one was believed. */
static void add_needs(const struct job_item *item, const char *words, char *out, size_t size) {
    char err[WORDS_ROOM];
    const struct kernel_variant *v = item->kind == ITEM_KERNEL ? item_variant(item, err, sizeof err) : NULL;
    size_t used = (size_t)snprintf(out, size, "%s", words);
    if (v == NULL || strstr(words, "SIGILL") == NULL)
        return;
    for (unsigned bit = 0; bit < 32 && used < size; bit++)
        if (v->needs >> bit & 1 && isa_name(1u << bit) != NULL)
            used += (size_t)snprintf(out + used, size - used, ", needs %s", isa_name(1u << bit));
}

static void trim_log(void) {
    struct stat info;
    if (fstat(STDERR_FILENO, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > LOG_MAX &&
        ftruncate(STDERR_FILENO, 0) == 0)
        fprintf(stderr, "runner: the log was over %d bytes and was emptied\n", LOG_MAX);
}

/* What a program said last before it gave up; after the bytes the log had when it began. */
static void add_last_words(struct worker *w, off_t from, char *words, size_t size) {
    char path[PATH_ROOM], text[1024];
    int fd = run_path(w->dir, w->job->run, ".log", path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    if (end - from > (off_t)sizeof text - 1)
        from = end - (off_t)sizeof text + 1;
    ssize_t n = fd >= 0 && end > from ? pread(fd, text, sizeof text - 1, from) : 0;
    if (fd >= 0)
        close(fd);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    if (n <= 0)
        return;
    text[n] = 0;
    const char *line = strrchr(text, '\n');
    size_t used = strlen(words);
    snprintf(words + used, size - used, ": %.200s", line != NULL ? line + 1 : text);
}

static off_t log_bytes(void) {
    struct stat info;
    return fstat(STDERR_FILENO, &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : 0;
}

const struct choice *item_choice(const struct worker *w, size_t index) {
    const struct job_item *item = &w->job->items[index];
    if (item->kind != ITEM_KERNEL || item->variant[0] != 0)
        return NULL;
    const struct choice *choice = &w->items[ref_index(w->job, index)].choice;
    return choice->variant[0] != 0 ? choice : NULL;
}

static bool run_native(struct worker *w, size_t index, int64_t window_ns, enum child_fate *fate, char *words,
                       size_t size) {
    const struct job_item *item = &w->job->items[index];
    char number[24], window[24], what[NAME_ROOM], blamed[WORDS_ROOM];
    const struct choice *choice = item_choice(w, index);
    const char *argv[] = {"runner", "rep", w->dir, w->job->run, number, window, choice ? choice->variant : NULL, NULL};
    struct child_end end;
    snprintf(number, sizeof number, "%zu", index);
    snprintf(window, sizeof window, "%lld", (long long)window_ns);
    struct child_spec spec = {.argv = argv,
                              .env = environ,
                              .most = sizeof(struct result) + NAME_ROOM,
                              .timeout_ns = item->timeout_s * 1000000000 + window_ns,
                              .deadline_fd = w->deadline_fd};
    char cancel[PATH_ROOM];
    if (item->sustain_ns > 0 && run_path(w->dir, w->job->run, ".cancel", cancel))
        spec.cancel = cancel; /* nobody waits ten minutes for its end */
    child_run(&spec, &end);
    bool whole = result_receive(&end.output, &w->result);
    text_free(&end.output);
    *fate = end.fate;
    blame(item, w->result.variant, what, sizeof what);
    if (child_words(&end, what, item->timeout_s, blamed, sizeof blamed)) {
        add_needs(item, blamed, words, size);
        return false;
    }
    if (!whole || !w->result.ran)
        snprintf(words, size, "%s", whole ? w->result.words : "the process ended without a result");
    return whole && w->result.ran;
}

/* The cores that `launch` pins a program to: same words, same allowed set. */
static void program_cores(const struct job_item *item, char *mask, size_t size) {
    cpu_set_t allowed, cores;
    char err[WORDS_ROOM];
    if (cores_allowed(&allowed) && cores_choose(item->cores, &allowed, &cores, err, sizeof err))
        cores_text(&cores, mask, size);
}

static bool judge_program(struct worker *w, const struct job_item *item, const struct child_end *end,
                          const struct text *expected, bool window, char *words, size_t size) {
    char what[NAME_ROOM];
    blame(item, "", what, sizeof what);
    if (child_words(end, what, item->timeout_s, words, size))
        return false;
    if (!program_result(w->job, item, end, expected->data, expected->size, window, &w->result, words, size))
        return false;
    program_cores(item, w->result.cpu_mask, sizeof w->result.cpu_mask);
    w->result.steady = is_steady(w->result.wall_ns, w->result.samples);
    return true;
}

/* What the program's output is compared with; nothing for one that is unchecked. */
static bool read_expected(const struct worker *w, size_t index, struct text *out) {
    const struct job_item *item = &w->job->items[index];
    char path[PATH_ROOM];
    if (item->unchecked)
        return true;
    if (item->expected != NULL)
        return read_blob(w->dir, item->expected, out);
    int fd = ref_path(w->dir, w->job, index, "", path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool good = fd >= 0 && read_whole(fd, SIZE_MAX / 2, out);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool run_program(struct worker *w, size_t index, int64_t window_ns, enum child_fate *fate, char *words,
                        size_t size) {
    const struct job_item *item = &w->job->items[index];
    char number[24];
    const char *argv[] = {"runner", "launch", w->dir, w->job->run, number, NULL};
    struct text expected = {0};
    struct child_end end;
    if (!read_expected(w, index, &expected)) {
        snprintf(words, size, "cannot read the expected output");
        return false;
    }
    snprintf(number, sizeof number, "%zu", index);
    char **env = program_env(w->job, item, window_ns);
    struct child_spec spec = {.argv = argv,
                              .env = env != NULL ? env : environ,
                              .most = program_most(w->job, item, expected.size),
                              .timeout_ns = item->timeout_s * 1000000000 + window_ns,
                              .deadline_fd = w->deadline_fd};
    off_t logged = log_bytes();
    child_run(&spec, &end);
    program_env_free(env);
    *fate = end.fate;
    bool good = judge_program(w, item, &end, &expected, window_ns > 0, words, size);
    if (!good && end.fate == CHILD_EXITED)
        add_last_words(w, logged, words, size);
    text_free(&end.output);
    text_free(&expected);
    return good;
}

/* Whether the oracle's output is there as the oracle left it. */
static bool ref_is_whole(const struct worker *w, size_t index, int64_t bytes) {
    char path[PATH_ROOM];
    struct stat info;
    return bytes > 0 && ref_path(w->dir, w->job, index, "", path) && stat(path, &info) == 0 && info.st_size == bytes;
}

/* The oracle's output, once per kernel, shape and seed, in a process that times nothing. */
static bool ensure_ref(struct worker *w, size_t index, enum child_fate *fate, char *words, size_t size) {
    char number[24], what[NAME_ROOM];
    const struct job_item *item = &w->job->items[index];
    struct item_state *first = &w->items[ref_index(w->job, index)];
    struct ref_done done;
    const char *argv[] = {"runner", "ref", w->dir, w->job->run, number, NULL};
    struct child_end end;
    if (ref_is_whole(w, index, first->ref_bytes))
        return true;
    struct child_spec spec = {.argv = argv,
                              .env = environ,
                              .most = sizeof done,
                              .timeout_ns = REF_TIMES * item->timeout_s * 1000000000,
                              .deadline_fd = w->deadline_fd};
    snprintf(number, sizeof number, "%zu", ref_index(w->job, index));
    snprintf(what, sizeof what, "the oracle of %.90s %.90s", item->op, item->scheme);
    child_run(&spec, &end);
    *fate = end.fate;
    bool bad = child_words(&end, what, REF_TIMES * item->timeout_s, words, size);
    if (bad && end.fate == CHILD_EXITED && end.output.size > 0)
        snprintf(words, size, "%s", end.output.data);
    if (!bad && end.output.size == sizeof done) {
        memcpy(&done, end.output.data, sizeof done);
        first->ref_bytes = done.bytes;
        first->choice = done.choice;
    }
    text_free(&end.output);
    if (bad || ref_is_whole(w, index, first->ref_bytes))
        return !bad;
    snprintf(words, size, "%s left no whole output", what);
    return false;
}

bool repetition_child(struct worker *w, size_t index, int64_t window_ns, enum child_fate *fate, char *words,
                      size_t size) {
    words[0] = 0;
    *fate = CHILD_EXITED;
    memset(&w->result, 0, sizeof w->result);
    enum item_kind kind = w->job->items[index].kind;
    if (kind == ITEM_KERNEL && item_variant(&w->job->items[index], words, size) == NULL)
        return false;
    if (item_has_oracle(&w->job->items[index]) && !ensure_ref(w, index, fate, words, size))
        return false;
    bool good = (kind == ITEM_PROGRAM ? run_program : run_native)(w, index, window_ns, fate, words, size);
    trim_log();
    return good;
}
