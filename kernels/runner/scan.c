#include "scan.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool scan_fail(struct scan *s, unsigned line, const char *format, ...) {
    va_list args;
    int n = snprintf(s->err, s->err_size, "job line %u: ", line);
    va_start(args, format);
    if (n > 0 && (size_t)n < s->err_size)
        vsnprintf(s->err + n, s->err_size - (size_t)n, format, args);
    va_end(args);
    return false;
}

bool scan_key(struct scan *s, char key[KEY_ROOM]) {
    size_t n = 0;
    while (s->at < s->end && *s->at != ' ' && *s->at != '\n') {
        char c = *s->at++;
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!good || n == KEY_ROOM - 1)
            return scan_fail(s, s->line, "not a key: at most %d of a-z 0-9 _", KEY_ROOM - 1);
        key[n++] = c;
    }
    key[n] = 0;
    if (n == 0)
        return scan_fail(s, s->line, "no key");
    if (s->at == s->end)
        return scan_fail(s, s->line, "the job breaks off after '%s'", key);
    return true;
}

bool scan_byte(struct scan *s, char byte) {
    if (s->at == s->end || *s->at != byte)
        return scan_fail(s, s->line, byte == '\n' ? "more than the value on the line" : "no space before the value");
    s->line += byte == '\n';
    s->at++;
    return true;
}

static bool digits(struct scan *s, uint64_t most, uint64_t *out) {
    uint64_t value = 0;
    char *begin = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
        uint64_t digit = (uint64_t)(*s->at++ - '0');
        if (value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return s->at > begin;
}

bool scan_int(struct scan *s, int64_t low, int64_t high, int64_t *out) {
    uint64_t value;
    bool negative = s->at < s->end && *s->at == '-';
    s->at += negative;
    if (!digits(s, INT64_MAX, &value))
        return scan_fail(s, s->line, "not a decimal number of 64 bits");
    *out = negative ? -(int64_t)value : (int64_t)value;
    if (*out < low || *out > high)
        return scan_fail(s, s->line, "%lld is outside %lld..%lld", (long long)*out, (long long)low, (long long)high);
    return true;
}

bool scan_string(struct scan *s, size_t most, char stop, const char **out) {
    uint64_t size;
    unsigned begin = s->line;
    if (!digits(s, INT32_MAX, &size) || s->at == s->end || *s->at != ':')
        return scan_fail(s, begin, "not a string: <bytes>:<raw bytes>");
    s->at++;
    if (size > most)
        return scan_fail(s, begin, "a string of %llu bytes, at most %zu", (unsigned long long)size, most);
    if ((uint64_t)(s->end - s->at) <= size || s->at[size] != stop)
        return scan_fail(s, begin, "the string is not %llu bytes long", (unsigned long long)size);
    if (memchr(s->at, 0, size) != NULL)
        return scan_fail(s, begin, "a NUL byte in a string");
    for (uint64_t i = 0; i < size; i++)
        s->line += s->at[i] == '\n';
    *out = s->at;
    s->at += size;
    s->line += stop == '\n';
    *s->at++ = 0;
    return true;
}
