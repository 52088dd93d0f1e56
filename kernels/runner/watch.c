#define _GNU_SOURCE
#include "watch.h"
#include "../board/board.h"
#include "codes.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define TEXT_MAX 200       /* bytes of one value that are kept */
#define FILE_MAX (16 << 10) /* bytes of a file that are searched for a line */
#define OBJECT_MAX 14000   /* bytes of the whole object: two of them must fit into a frame */
#define PAIR_NS 2000       /* two clocks read further apart than this were interrupted in between */

static bool is_integer(const char *s) {
    size_t sign = s[0] == '-', n = strspn(s + sign, "0123456789");
    bool leading_zero = s[sign] == '0' && n > 1; /* not JSON */
    return n > 0 && n <= 18 && s[sign + n] == 0 && !leading_zero;
}

/* The rest of the line that begins with `word` and a space; NULL when none does. */
static char *behind(char *text, const char *word) {
    size_t n = strlen(word);
    for (char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, word, n) != 0 || line[n] != ' ')
            continue;
        line += n + strspn(line + n, " ");
        line[strcspn(line, "\n")] = 0;
        return line;
    }
    return NULL;
}

static void with_core(const char *from, int core, char *to, size_t size) {
    const char *star = strchr(from, '*');
    if (star == NULL)
        snprintf(to, size, "%s", from);
    else
        snprintf(to, size, "%.*s%d%s", (int)(star - from), from, core, star + 1);
}

static int first_core(const char *cores) {
    cpu_set_t allowed, chosen;
    char words[WORDS_ROOM];
    if (cores_allowed(&allowed) && cores_choose(cores, &allowed, &chosen, words, sizeof words))
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (CPU_ISSET(cpu, &chosen))
                return cpu;
    return 0;
}

static const char *value_of(const struct job *job, const struct job_watch *watch, int core) {
    static char text[FILE_MAX];
    char path[PATH_ROOM], word[80];
    with_core(watch->path, core, path, sizeof path);
    with_core(watch->word, core, word, sizeof word);
    char *value = board_read(job->root, path, text, word[0] ? sizeof text : TEXT_MAX + 1) >= 0 ? text : NULL;
    if (value != NULL && word[0])
        value = behind(text, word);
    if (value != NULL && strlen(value) > TEXT_MAX)
        value[TEXT_MAX] = 0;
    return value;
}

static int64_t used_us(int who) {
    struct rusage u;
    if (getrusage(who, &u) != 0)
        return 0;
    return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void read_clocks(int64_t clocks[SNAPSHOT_CLOCKS]) {
    for (int tries = 0; tries < 5; tries++) {
        clocks[0] = clock_now_ns();
        clocks[1] = clock_raw_ns();
        clocks[2] = clock_real_us();
        if (clock_now_ns() - clocks[0] < PAIR_NS)
            break;
    }
    clocks[3] = used_us(RUSAGE_SELF) + used_us(RUSAGE_CHILDREN);
}

void snapshot_take(const struct job *job, const char *cores, struct snapshot *s) {
    struct text *out = &s->files;
    int core = first_core(cores);
    memset(s, 0, sizeof *s);
    text_add(out, "{");
    for (size_t i = 0; i < job->watch_count; i++) {
        const char *value = value_of(job, &job->watches[i], core);
        text_add(out, "%s", i ? "," : "");
        json_quote(out, job->watches[i].name);
        if (value == NULL)
            text_add(out, ":null");
        else if (is_integer(value))
            text_add(out, ":%s", value);
        else {
            text_add(out, ":");
            json_quote(out, out->size < OBJECT_MAX - 2 * TEXT_MAX ? value : "");
        }
    }
    text_add(out, "}");
    read_clocks(s->clocks);
}

void snapshot_put(struct text *json, const char *when, struct snapshot *s) {
    char key[32];
    snprintf(key, sizeof key, "watch_%s", when);
    json_key(json, key);
    text_bytes(json, s->files.data, s->files.size);
    snprintf(key, sizeof key, "clocks_%s", when);
    json_ints(json, key, s->clocks, SNAPSHOT_CLOCKS, 1);
    text_free(&s->files);
}
