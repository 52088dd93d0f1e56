/* Fuzz target: a guard's order. What is accepted holds allowed paths and plain values only, and can be undone. */
#include "runner/codes.h"
#include "runner/guard_order.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool held) {
    if (!held)
        abort();
}

static void walk(struct order *o, const char *begin, const char *end) {
    must(o->mode == MODE_NONE || (o->mode >= 0 && o->mode <= 999));
    must(o->count <= GUARD_CHANGES_MAX && (o->count > 0 || o->mode != MODE_NONE));
    for (size_t i = 0; i < o->count; i++) {
        struct change *c = &o->changes[i];
        must(c->path >= begin && c->path + strlen(c->path) < end && strlen(c->path) <= GUARD_PATH_MAX);
        must(c->value >= begin && c->value + strlen(c->value) < end);
        must(strncmp(c->path, "/sys/", 5) == 0 && strstr(c->path, "/.") == NULL);
        must(c->value[0] == 0 || (value_is_plain(c->value) && strlen(c->value) < GUARD_VALUE_ROOM));
        snprintf(c->before, sizeof c->before, "%s", c->value[0] != 0 ? c->value : "x");
    }
}

/* The text that undoes an order is one, too, with as many files. */
static void undo(const struct order *o) {
    static struct order back;
    struct text text = {0};
    char err[WORDS_ROOM];
    order_undo(o, o->mode, "b-0", &text);
    must(order_parse(&back, text.data, text.size, err, sizeof err));
    must(back.count == o->count && back.mode == o->mode);
    text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct order o;
    char err[WORDS_ROOM] = "", *text = malloc(size ? size : 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    if (order_parse(&o, text, size, err, sizeof err)) {
        walk(&o, text, text + size);
        undo(&o);
    } else
        must(strncmp(err, "job line ", 9) == 0 && memchr(err, 0, sizeof err) != NULL);
    free(text);
    return 0;
}
