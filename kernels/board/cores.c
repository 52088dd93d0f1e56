/* Which cores we may use, which an item asks for, and proof that the kernel obeyed. */
#define _GNU_SOURCE
#include "board.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cores_allowed(cpu_set_t *out) {
    CPU_ZERO(out);
    return sched_getaffinity(0, sizeof *out, out) == 0 && CPU_COUNT(out) > 0;
}

static void last_core(const cpu_set_t *allowed, cpu_set_t *out) {
    CPU_ZERO(out);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
        if (CPU_ISSET(cpu, allowed)) {
            CPU_SET(cpu, out);
            return;
        }
}

static bool number(const char **at, long *out) {
    if (**at < '0' || **at > '9')
        return false;
    char *end;
    *out = strtol(*at, &end, 10);
    *at = end;
    return *out >= 0 && *out < CPU_SETSIZE;
}

static bool parse_list(const char *words, cpu_set_t *out) {
    CPU_ZERO(out);
    for (const char *at = words;; at++) {
        long first, last;
        if (!number(&at, &first))
            return false;
        last = first;
        if (*at == '-' && (at++, !number(&at, &last)))
            return false;
        if (last < first)
            return false;
        for (size_t cpu = (size_t)first; cpu <= (size_t)last; cpu++)
            CPU_SET(cpu, out);
        if (*at == 0)
            return true;
        if (*at != ',')
            return false;
    }
}

bool cores_isolated(cpu_set_t *out) {
    char list[256];
    cpu_set_t mine;
    if (board_read("/", "/sys/devices/system/cpu/isolated", list, sizeof list) <= 0 || !parse_list(list, out) ||
        !cores_allowed(&mine) || sched_setaffinity(0, sizeof *out, out) != 0)
        return false;
    bool got = cores_allowed(out); /* a container may have left us none, or fewer */
    return sched_setaffinity(0, sizeof mine, &mine) == 0 && got;
}

bool cores_choose(const char *words, const cpu_set_t *allowed, cpu_set_t *out, char *err, size_t err_size) {
    if (strcmp(words, "all") == 0) {
        *out = *allowed;
        return true;
    }
    if (strcmp(words, "1") == 0) {
        last_core(allowed, out);
        return true;
    }
    cpu_set_t isolated;
    bool more = cores_isolated(&isolated);
    if (!parse_list(words, out)) {
        snprintf(err, err_size, "cores '%.40s' is not 1, all or a list such as 0,2-3", words);
        return false;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, out) && !CPU_ISSET(cpu, allowed) && !(more && CPU_ISSET(cpu, &isolated))) {
            snprintf(err, err_size, "core %d is not there or not allowed to this user", cpu);
            return false;
        }
    return true;
}

bool cores_pin(const cpu_set_t *set, char *err, size_t err_size) {
    cpu_set_t got;
    if (sched_setaffinity(0, sizeof *set, set) != 0) {
        snprintf(err, err_size, "cannot pin to the cores asked for: %s", strerror(errno));
        return false;
    }
    CPU_ZERO(&got);
    if (sched_getaffinity(0, sizeof got, &got) != 0 || !CPU_EQUAL(set, &got)) {
        snprintf(err, err_size, "the kernel gave other cores than asked for");
        return false;
    }
    return true;
}

bool cores_on(const cpu_set_t *set) {
    int cpu = sched_getcpu();
    return cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, set);
}

/* As the kernel rates it where cores differ; cores that nobody rates are alike. */
static int capacity(int cpu) {
    char path[64], text[16];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpu_capacity", cpu);
    return board_read("/", path, text, sizeof text) > 0 ? atoi(text) : 0;
}

bool cores_spare(const cpu_set_t *work, cpu_set_t *out) {
    cpu_set_t allowed;
    int least = INT_MAX;
    if (!cores_allowed(&allowed))
        return false;
    CPU_ZERO(out);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && !CPU_ISSET(cpu, work)) {
            int rated = capacity(cpu);
            if (rated < least)
                CPU_ZERO(out), least = rated;
            if (rated == least)
                CPU_SET(cpu, out);
        }
    return CPU_COUNT(out) > 0;
}

void cores_text(const cpu_set_t *set, char *out, size_t size) {
    char digits[CPU_SETSIZE / 4 + 1];
    size_t n = 0;
    for (int nibble = CPU_SETSIZE / 4 - 1; nibble >= 0; nibble--) {
        unsigned value = 0;
        for (int bit = 0; bit < 4; bit++)
            value |= CPU_ISSET(nibble * 4 + bit, set) ? 1u << bit : 0;
        if (n > 0 || value != 0 || nibble == 0)
            digits[n++] = "0123456789abcdef"[value];
    }
    digits[n] = 0;
    snprintf(out, size, "0x%s", digits);
}
