#include "program_stream.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_ROOM 512

struct reader {
    const char *at, *end;
    char line[LINE_ROOM]; /* the current line without its newline */
    unsigned number;
};

static bool next_line(struct reader *in) {
    const char *stop = in->at < in->end ? memchr(in->at, '\n', (size_t)(in->end - in->at)) : NULL;
    if (stop == NULL || stop - in->at >= LINE_ROOM)
        return false;
    memcpy(in->line, in->at, (size_t)(stop - in->at));
    in->line[stop - in->at] = 0;
    in->at = stop + 1;
    in->number++;
    return true;
}

/* Takes "word 123 word 456" apart: words must match, numbers must be plain decimals. */
static bool numbers(const char *line, const char *const *words, int64_t *const *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t size = strlen(words[i]);
        if (strncmp(line, words[i], size) != 0)
            return false;
        line += size;
        size_t digits = strspn(line, "0123456789");
        if (digits == 0 || digits > 18)
            return false;
        int64_t value = 0;
        for (size_t d = 0; d < digits; d++)
            value = value * 10 + (line[d] - '0');
        *values[i] = value;
        line += digits;
    }
    return *line == 0;
}

static bool text_line(struct reader *in, const char *word, char *out) {
    size_t size = strlen(word);
    if (!next_line(in) || strncmp(in->line, word, size) != 0 || strlen(in->line + size) >= NAME_ROOM)
        return false;
    snprintf(out, NAME_ROOM, "%.*s", NAME_ROOM - 1, in->line + size);
    return out[0] != 0;
}

static bool head(struct stream *s, struct reader *in) {
    const char *const sizes[] = {"iterations ", " warmup "};
    const char *const costs[] = {"load_ns ", " first_ns ", " weights_bytes "};
    int64_t *const size_values[] = {&s->iterations, &s->warmup};
    int64_t *const cost_values[] = {&s->load_ns, &s->first_ns, &s->weights_bytes};
    return text_line(in, "runtime ", s->version) && text_line(in, "executed ", s->executed) &&
           strchr(s->executed, ' ') == NULL && next_line(in) && numbers(in->line, sizes, size_values, 2) &&
           s->iterations >= 1 && next_line(in) && numbers(in->line, costs, cost_values, 3);
}

/* Sample lines up to the first line that is none, which stays in in->line. */
static bool samples(struct stream *s, struct reader *in) {
    const char *const words[] = {"sample ", " ", " "};
    while (next_line(in)) {
        if (strncmp(in->line, words[0], 7) != 0)
            return true;
        if (s->samples == SAMPLES_MAX)
            return false;
        int64_t *const values[] = {&s->begin_ns[s->samples], &s->end_ns[s->samples], &s->cpu_ns[s->samples]};
        if (!numbers(in->line, words, values, 3))
            return false;
        s->samples++;
    }
    return false;
}

static bool output(struct reader *in, const char *word, const void **bytes, size_t *size) {
    const char *const words[] = {word};
    int64_t n;
    int64_t *const values[] = {&n};
    if (!numbers(in->line, words, values, 1) || n > in->end - in->at)
        return false;
    *bytes = in->at;
    *size = (size_t)n;
    in->at += n;
    return true;
}

/* After the raw bytes a newline may follow. */
static void skip_newline(struct reader *in) {
    if (in->at < in->end && *in->at == '\n')
        in->at++;
}

static bool outputs(struct stream *s, struct reader *in) {
    if (!output(in, "output before ", &s->before, &s->before_bytes))
        return false;
    skip_newline(in);
    if (!next_line(in) || !output(in, "output after ", &s->after, &s->after_bytes))
        return false;
    skip_newline(in);
    return next_line(in) && strcmp(in->line, "done") == 0;
}

bool stream_parse(struct stream *s, const char *bytes, size_t size, bool window, char *words, size_t words_size) {
    const char *const count[] = {"inferences "};
    int64_t *const count_value[] = {&s->inferences};
    struct reader in = {.at = bytes, .end = bytes + size};
    memset(s, 0, sizeof *s);
    if (size == 0) {
        snprintf(words, words_size, "nothing came on fd 3");
        return false;
    }
    bool good = head(s, &in);
    if (good && window)
        good = next_line(&in) && numbers(in.line, count, count_value, 1) && s->inferences > 0;
    if (good && samples(s, &in) && outputs(s, &in))
        return true;
    char shown[80];
    snprintf(shown, sizeof shown, "%.79s", in.line);
    snprintf(words, words_size, "fd 3, near line %u ('%s'): not what a worker script may write", in.number, shown);
    return false;
}
