/* Small texts from /proc and /sys, and uname. */
#define _GNU_SOURCE
#include "board.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

int board_read(const char *root, const char *path, char *out, size_t size) {
    char full[4096];
    size_t used = 0;
    out[0] = 0;
    if (snprintf(full, sizeof full, "%s%s", strcmp(root, "/") == 0 ? "" : root, path) >= (int)sizeof full)
        return -1;
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    while (used < size - 1) {
        ssize_t n = read(fd, out + used, size - 1 - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && used == 0)
            used = SIZE_MAX; /* a node that cannot be read is as good as none */
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    close(fd);
    if (used == SIZE_MAX)
        return -1;
    while (used > 0 && (out[used - 1] == '\n' || out[used - 1] == ' ' || out[used - 1] == 0))
        used--;
    out[used] = 0;
    return (int)used;
}

const char *board_target(void) {
#if defined(__x86_64__)
    return "x86_64";
#elif defined(__aarch64__)
    return "aarch64";
#elif defined(__arm__)
    return "arm";
#elif defined(__riscv) && __riscv_xlen == 64
    return "riscv64";
#else
#error "no such target"
#endif
}

void board_boot_id(const char *root, char *out, size_t size) {
    if (board_read(root, "/proc/sys/kernel/random/boot_id", out, size) < 0)
        snprintf(out, size, "unknown");
}

void board_clock_source(const char *root, char *out, size_t size) {
    if (board_read(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", out, size) <= 0)
        snprintf(out, size, "unknown");
}

void board_uname(char *machine, char *release, size_t size) {
    struct utsname names;
    if (uname(&names) != 0)
        memset(&names, 0, sizeof names);
    snprintf(machine, size, "%s", names.machine);
    snprintf(release, size, "%s", names.release);
}

int64_t board_memory_bytes(void) {
    struct sysinfo info;
    if (sysinfo(&info) != 0)
        return 0;
    return (int64_t)info.totalram * (int64_t)info.mem_unit;
}
