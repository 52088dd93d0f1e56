/* The power chip of a Raspberry Pi 5, asked through the mailbox of the firmware: one call, one text with volts and
 * amperes of all rails. A runner that has no use for it leaves it out when it is linked. */
#define _GNU_SOURCE
#include "board.h"
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TAG_GENCMD 0x00030080u
#define ANSWERED 0x80000000u
#define TEXT_BYTES 1024
#define WHOLE_MAX 999 /* volts or amperes: more is no board */

/* A property message of the mailbox: one tag, and a zero behind it that ends the list. */
struct message {
    uint32_t bytes, state;
    uint32_t tag, room, used;
    uint32_t error;
    char text[TEXT_BYTES];
    uint32_t end;
};

static const char command[] = "pmic_read_adc";

/* "1.42880000" in millionths, what lies below is cut; false unless `unit` and a line's end are behind it. */
static bool millionths(const char *s, const char *end, char unit, int64_t *value) {
    int64_t whole = 0, part = 0, weight = 1000000;
    const char *digits = s;
    for (; s < end && *s >= '0' && *s <= '9' && whole <= WHOLE_MAX; s++)
        whole = whole * 10 + (*s - '0');
    if (s == digits || s == end || *s++ != '.' || whole > WHOLE_MAX)
        return false;
    for (digits = s; s < end && *s >= '0' && *s <= '9'; s++, weight /= 10)
        part = part + (*s - '0') * (weight / 10);
    *value = whole * 1000000 + part;
    return s > digits && s < end && *s++ == unit && s + strspn(s, " \r") >= end;
}

struct line {
    const char *name, *text, *end;
    size_t size; /* of the name, without _A or _V */
};

/* `NAME_A current(7)=1.4A`: the next such line of `kind` 'A' or 'V'; false at the end of the text. */
static bool next_line(const char **at, char kind, struct line *line) {
    while (**at != 0) {
        const char *s = *at + strspn(*at, " \t");
        size_t size = strcspn(s, " \t\r\n");
        line->end = *at + strcspn(*at, "\n");
        *at = line->end + (*line->end == '\n');
        line->name = s;
        line->text = s + size + strspn(s + size, " \t");
        line->size = size - 2;
        if (size > 2 && s[size - 2] == '_' && s[size - 1] == kind)
            return true;
    }
    return false;
}

/* Behind `current(7)=` or `volt(15)=`; the numbers in brackets of a pair differ, names alone make pairs. */
static bool value_of(const struct line *line, char unit, int64_t *value) {
    const char *word = unit == 'A' ? "current(" : "volt(", *s = line->text;
    size_t n = strlen(word);
    if (strncmp(s, word, n) != 0)
        return false;
    s += n;
    n = strspn(s, "0123456789");
    return n > 0 && s[n] == ')' && s[n + 1] == '=' && millionths(s + n + 2, line->end, unit, value);
}

static bool volts_of(const char *text, const struct line *amperes, int64_t *value) {
    struct line line;
    while (next_line(&text, 'V', &line))
        if (line.size == amperes->size && memcmp(line.name, amperes->name, line.size) == 0)
            return value_of(&line, 'V', value);
    return false;
}

bool pmic_sum(const char *text, int64_t *microwatts) {
    struct line line;
    int64_t amperes, volts, nanowatts = 0;
    bool any = false;
    for (const char *at = text; next_line(&at, 'A', &line); any = true) {
        /* a rail that is there by half was cut off: its sum would be too small */
        if (!value_of(&line, 'A', &amperes) || !volts_of(text, &line, &volts))
            return false;
        nanowatts += amperes * volts / 1000;
    }
    *microwatts = nanowatts / 1000;
    return any;
}

bool pmic_read(int fd, int64_t *microwatts) {
    struct message m = {.bytes = sizeof m, .tag = TAG_GENCMD, .room = TEXT_BYTES};
    memcpy(m.text, command, sizeof command);
    if (ioctl(fd, _IOWR(100, 0, char *), &m) < 0) {
        /* a file that stands for the device, in a tree that stands for a board */
        ssize_t n = errno == ENOTTY ? pread(fd, m.text, sizeof m.text - 1, 0) : -1;
        if (n < 0)
            return false;
        m.text[n] = 0;
    } else if (m.state != ANSWERED || m.error != 0) {
        return false;
    }
    m.text[sizeof m.text - 1] = 0;
    return pmic_sum(m.text, microwatts);
}
