/* What a guard is told to change, and, in the same words, how it was before. */
#ifndef RUNNER_GUARD_ORDER_H
#define RUNNER_GUARD_ORDER_H
#include "text.h"

#define GUARD_CHANGES_MAX 128
#define GUARD_PATH_MAX 160
#define GUARD_VALUE_ROOM 64
#define GUARD_BYTES_MAX 65536
#define MODE_NONE (-1)

struct change {
    const char *path;  /* without the root */
    const char *value; /* "" = only kept: a power mode may change it, and it is given back */
    char before[GUARD_VALUE_ROOM], after[GUARD_VALUE_ROOM];
};
struct order {
    int64_t mode;     /* of nvpmodel */
    const char *boot; /* boot id, in a saved order only */
    struct change changes[GUARD_CHANGES_MAX];
    size_t count;
};
/* Parses in place: strings point into text. Refused whole, with words, when anything in it is not allowed. */
bool order_parse(struct order *o, char *text, size_t size, char *err, size_t err_size);
/* The order that undoes this one, last change first. */
void order_undo(const struct order *o, int64_t mode_before, const char *boot, struct text *out);
/* Letters, digits, _ and -: what such files hold, and nothing else. */
bool value_is_plain(const char *value);
#endif
