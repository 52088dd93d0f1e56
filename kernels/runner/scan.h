/* Reads the pieces of JOB lines: keys, decimal numbers, length-prefixed strings. Knows no key. */
#ifndef RUNNER_SCAN_H
#define RUNNER_SCAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_ROOM 32
struct scan {
    char *at, *end;
    unsigned line;
    char *err;
    size_t err_size;
};
/* false + "job line N: words" in err. */
bool scan_fail(struct scan *s, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The word up to a space or the end of the line, which stays unread. */
bool scan_key(struct scan *s, char key[KEY_ROOM]);
bool scan_byte(struct scan *s, char byte);
bool scan_int(struct scan *s, int64_t low, int64_t high, int64_t *out);
/* `<bytes>:<raw>` followed by `stop`, which becomes the string's NUL. */
bool scan_string(struct scan *s, size_t most, char stop, const char **out);
#endif
