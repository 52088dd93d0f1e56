/* Which footprints stand for L1, L2, L3 and DRAM: half of each data cache, as the kernel describes them, and several
 * times the largest. Boards whose device tree is silent get sizes that suit most of them, and the record says so. */
#include "peak.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KIB = 1024, MIB = 1024 * KIB, GUESS_L1 = 16 * KIB, GUESS_L2 = 128 * KIB, DRAM_LEAST = 64 * MIB,
       DRAM_MOST = 256 * MIB, INDEXES = 8 };

/* A file below the folder of a cache; false when there is none. */
static int text_of(const char *root, unsigned cpu, unsigned index, const char *key, char *out, int size) {
    char path[512];
    snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%u/cache/index%u/%s", strcmp(root, "/") ? root : "", cpu,
             index, key);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? 0 : read(file, out, (size_t)size - 1);
    if (file >= 0)
        close(file);
    out[got > 0 ? got : 0] = '\0';
    return got > 0;
}

/* "48K" or "32M"; 0 for anything else. */
static size_t bytes_of(const char *text) {
    char *unit;
    unsigned long count = strtoul(text, &unit, 10);
    return count > 1u << 20 ? 0 : (size_t)count * (*unit == 'K' ? KIB : *unit == 'M' ? MIB : 0);
}

static size_t share_of_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    double bytes = (double)pages * (double)size / 8;
    return pages <= 0 || size <= 0 || bytes > (double)DRAM_MOST ? DRAM_MOST : (size_t)bytes;
}

void peak_levels(const char *root, unsigned cpu, struct peak_level levels[PEAK_LEVELS]) {
    static const struct peak_level none[PEAK_LEVELS] = {{"l1", 0, GUESS_L1}, {"l2", 0, GUESS_L2}, {"l3", 0, 0},
                                                        {"dram", 0, DRAM_LEAST}};
    size_t largest = 0, most = share_of_memory();
    memcpy(levels, none, sizeof none);
    for (unsigned i = 0; i < INDEXES; i++) {
        char level[8], type[32], size[32];
        if (!text_of(root, cpu, i, "level", level, sizeof level) || !text_of(root, cpu, i, "type", type, sizeof type) ||
            !text_of(root, cpu, i, "size", size, sizeof size) || strncmp(type, "Instr", 5) == 0 || level[0] < '1' ||
            level[0] > '3')
            continue;
        struct peak_level *own = &levels[level[0] - '1'];
        own->cache_bytes = bytes_of(size);
        own->bytes = own->cache_bytes / 2;
        largest = own->cache_bytes > largest ? own->cache_bytes : largest;
    }
    /* a shared cache can be larger than what one board's buffer may be: a guest sees all of its host's */
    if (levels[2].bytes > most / 8)
        levels[2].bytes = most / 8;
    size_t beyond = largest > (size_t)DRAM_LEAST / 4 ? 4 * largest : DRAM_LEAST;
    levels[3].bytes = beyond > most ? most : beyond;
}
