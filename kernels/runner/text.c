#include "text.h"
#include "codes.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grow(struct text *t, size_t more) {
    if (t->room - t->size > more)
        return;
    size_t room = t->room ? t->room : 256;
    while (room - t->size <= more)
        room *= 2;
    char *data = realloc(t->data, room);
    if (data == NULL) {
        fputs("runner: out of memory\n", stderr);
        exit(EXIT_BUG);
    }
    t->data = data;
    t->room = room;
}

void text_bytes(struct text *t, const void *bytes, size_t size) {
    grow(t, size);
    if (size > 0)
        memcpy(t->data + t->size, bytes, size);
    t->size += size;
    t->data[t->size] = 0;
}

void text_add(struct text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return;
    grow(t, (size_t)n);
    va_start(args, format);
    vsnprintf(t->data + t->size, (size_t)n + 1, format, args);
    va_end(args);
    t->size += (size_t)n;
}

void text_free(struct text *t) {
    free(t->data);
    memset(t, 0, sizeof *t);
}

void json_open(struct text *t, const char *kind) { text_add(t, "{\"kind\":\"%s\"", kind); }

void json_key(struct text *t, const char *key) { text_add(t, ",\"%s\":", key); }

/* Bytes beyond ASCII come from files of the board in unknown encodings: one '?' each. */
void json_quote(struct text *t, const char *value) {
    text_bytes(t, "\"", 1);
    for (const unsigned char *c = (const unsigned char *)value; *c != 0; c++) {
        if (*c == '"' || *c == '\\')
            text_add(t, "\\%c", *c);
        else if (*c == '\n')
            text_bytes(t, "\\n", 2);
        else
            text_bytes(t, *c >= 0x20 && *c < 0x7f ? (const char *)c : "?", 1);
    }
    text_bytes(t, "\"", 1);
}

void json_str(struct text *t, const char *key, const char *value) {
    json_key(t, key);
    json_quote(t, value);
}

void json_int(struct text *t, const char *key, int64_t value) {
    json_key(t, key);
    text_add(t, "%lld", (long long)value);
}

void json_num(struct text *t, const char *key, double value) {
    json_key(t, key);
    text_add(t, "%.10g", isfinite(value) ? value : 0.0);
}

void json_bool(struct text *t, const char *key, bool value) {
    json_key(t, key);
    text_add(t, "%s", value ? "true" : "false");
}

void json_ints(struct text *t, const char *key, const int64_t *values, size_t n, size_t stride) {
    json_key(t, key);
    text_bytes(t, "[", 1);
    for (size_t i = 0; i < n; i += stride)
        text_add(t, "%s%lld", i ? "," : "", (long long)values[i]);
    text_bytes(t, "]", 1);
}

void json_close(struct text *t) { text_bytes(t, "}", 1); }
