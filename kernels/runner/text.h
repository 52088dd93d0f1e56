/* A growing text and the few JSON writers that frames need. Output is ASCII. Out of memory ends the process. */
#ifndef RUNNER_TEXT_H
#define RUNNER_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* always NUL-terminated once something was added */
    size_t size, room;
};
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_bytes(struct text *t, const void *bytes, size_t size);
void text_free(struct text *t);

void json_open(struct text *t, const char *kind); /* {"kind":"..." */
void json_key(struct text *t, const char *key);   /* ,"key": */
void json_quote(struct text *t, const char *value);
void json_str(struct text *t, const char *key, const char *value);
void json_int(struct text *t, const char *key, int64_t value);
void json_num(struct text *t, const char *key, double value); /* not finite = 0 */
void json_bool(struct text *t, const char *key, bool value);
/* Every `stride`-th of n numbers. */
void json_ints(struct text *t, const char *key, const int64_t *values, size_t n, size_t stride);
void json_close(struct text *t);
#endif
