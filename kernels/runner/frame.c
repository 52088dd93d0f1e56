#define _GNU_SOURCE
#include "frame.h"
#include "codes.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t crc32c(const void *data, size_t size) {
    static uint32_t table[256];
    const uint8_t *bytes = data;
    uint32_t crc = 0xffffffffu;
    if (table[1] == 0)
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t value = i;
            for (int bit = 0; bit < 8; bit++)
                value = value >> 1 ^ (value & 1 ? 0x82f63b78u : 0);
            table[i] = value;
        }
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    return ~crc;
}

void frame_line(struct text *out, int64_t seq, const struct text *json) {
    text_add(out, "HB1 %lld %zu %08x ", (long long)seq, json->size, crc32c(json->data, json->size));
    text_bytes(out, json->data, json->size);
    text_bytes(out, "\n", 1);
}

bool write_all(int fd, const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* a full disk first shows as a short write, then as ENOSPC */
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

void spool_put(struct spool *s, const struct text *json) {
    struct text line = {0};
    frame_line(&line, s->seq, json);
    if (line.size > FRAME_MAX) {
        fprintf(stderr, "runner: a frame of %zu bytes: %.80s\n", line.size, json->data);
        exit(EXIT_BUG);
    }
    if (!write_all(s->fd, line.data, line.size) || fdatasync(s->fd) != 0) {
        fprintf(stderr, "runner: cannot write the spool: %s\n", strerror(errno));
        exit(EXIT_SPOOL);
    }
    s->seq++;
    text_free(&line);
}
