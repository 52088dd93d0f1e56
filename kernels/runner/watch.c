#define _GNU_SOURCE
#include "watch.h"
#include "../board/board.h"
#include <string.h>

#define TEXT_MAX 200       /* bytes of one value that are kept */
#define OBJECT_MAX 14000   /* bytes of the whole object: two of them must fit into a frame */

static bool is_integer(const char *s) {
    size_t sign = s[0] == '-', n = strspn(s + sign, "0123456789");
    bool leading_zero = s[sign] == '0' && n > 1; /* not JSON */
    return n > 0 && n <= 18 && s[sign + n] == 0 && !leading_zero;
}

void watch_read(const struct job *job, struct text *out) {
    char value[TEXT_MAX + 1];
    size_t begin = out->size;
    text_add(out, "{");
    for (size_t i = 0; i < job->watch_count; i++) {
        bool there = board_read(job->root, job->watches[i].path, value, sizeof value) >= 0;
        text_add(out, "%s", i ? "," : "");
        json_quote(out, job->watches[i].name);
        if (!there)
            text_add(out, ":null");
        else if (is_integer(value))
            text_add(out, ":%s", value);
        else {
            text_add(out, ":");
            json_quote(out, out->size - begin < OBJECT_MAX - 2 * TEXT_MAX ? value : "");
        }
    }
    text_add(out, "}");
}
