/* Parses a guard's order. Whoever may start a guard as root may do with it what is allowed here, and no more. */
#include "guard_order.h"
#include "scan.h"
#include <stdio.h>
#include <string.h>

#define CPU "/sys/devices/system/cpu/"

/* `*` is one part of a path, which is not hidden and no `..`; `?` is one of the knobs. */
static const char allowed[] = CPU "cpufreq/boost\0" CPU "intel_pstate/no_turbo\0"
                              CPU "cpufreq/policy*/scaling_?\0/sys/class/devfreq/*/?\0";
static const char knobs[] = "governor\0min_freq\0max_freq\0";

static bool fits_any(const char *patterns, const char *path);

static bool fits(const char *pattern, const char *path) {
    for (; *pattern != 0 && *pattern != '?'; pattern++) {
        if (*pattern == '*' ? *path == '.' : *pattern != *path)
            return false;
        path += *pattern == '*' ? strcspn(path, "/") : 1;
    }
    return *pattern == '?' ? fits_any(knobs, path) : *path == 0;
}

static bool fits_any(const char *patterns, const char *path) {
    for (; *patterns != 0; patterns += strlen(patterns) + 1)
        if (fits(patterns, path))
            return true;
    return false;
}

bool value_is_plain(const char *value) {
    const unsigned char *c = (const unsigned char *)value;
    while (*c == '_' || *c == '-' || (unsigned)(*c - '0') < 10 || (unsigned)((*c | 32) - 'a') < 26)
        c++;
    return *c == 0 && *value != 0;
}

static bool read_change(struct scan *s, struct order *o) {
    struct change *c = &o->changes[o->count];
    if (!scan_string(s, GUARD_PATH_MAX, ' ', &c->path) ||
        !scan_string(s, GUARD_VALUE_ROOM - 1, '\n', &c->value))
        return false;
    if (!fits_any(allowed, c->path) || (c->value[0] != 0 && !value_is_plain(c->value)))
        return scan_fail(s, s->line - 1, "a guard does not write '%s' to %s", c->value, c->path);
    o->count++;
    return true;
}

static bool read_line(struct scan *s, struct order *o, const char *key) {
    if (!scan_byte(s, ' '))
        return false;
    if (key[0] == 's' && o->count < GUARD_CHANGES_MAX)
        return read_change(s, o);
    if (key[0] == 'b')
        return scan_string(s, GUARD_VALUE_ROOM, '\n', &o->boot);
    return scan_int(s, 0, 999, &o->mode) && scan_byte(s, '\n');
}

bool order_parse(struct order *o, char *text, size_t size, char *err, size_t err_size) {
    struct scan s = {.at = text, .end = text + size, .line = 1, .err = err, .err_size = err_size};
    char key[KEY_ROOM];
    int64_t version;
    memset(o, 0, sizeof *o);
    o->mode = MODE_NONE;
    o->boot = "";
    if (!scan_key(&s, key) || !scan_byte(&s, ' ') || !scan_int(&s, 1, 1, &version) || !scan_byte(&s, '\n'))
        return false;
    while (strcmp(key, "end") != 0) { /* a text that was cut has none */
        if (!scan_key(&s, key))
            return false;
        bool known = strcmp(key, "set") == 0 || strcmp(key, "boot") == 0 || strcmp(key, "mode") == 0;
        if (known ? !read_line(&s, o, key) : strcmp(key, "end") != 0)
            return known ? false : scan_fail(&s, s.line, "unknown key '%s'", key);
    }
    if (!scan_byte(&s, '\n') || s.at != s.end || (o->mode == MODE_NONE && o->count == 0))
        return scan_fail(&s, s.line, "no order of a guard");
    return true;
}

void order_undo(const struct order *o, int64_t mode_before, const char *boot, struct text *out) {
    text_add(out, "guard 1\nboot %zu:%s\n", strlen(boot), boot);
    if (mode_before != MODE_NONE)
        text_add(out, "mode %d\n", (int)mode_before);
    for (size_t i = o->count; i-- > 0;) {
        const struct change *c = &o->changes[i];
        text_add(out, "set %zu:%s %zu:%s\n", strlen(c->path), c->path, strlen(c->before), c->before);
    }
    text_add(out, "end\n");
}
