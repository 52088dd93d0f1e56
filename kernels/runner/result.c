#include "result.h"
#include "frame.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

bool result_announce(int fd, const char *variant) {
    char name[NAME_ROOM] = "";
    snprintf(name, sizeof name, "%s", variant);
    return write_all(fd, name, sizeof name);
}

bool result_send(int fd, const struct result *r) { return write_all(fd, r, sizeof *r); }

bool result_receive(const struct text *output, struct result *r) {
    char announced[NAME_ROOM] = "";
    memset(r, 0, sizeof *r);
    if (output->size >= NAME_ROOM)
        memcpy(announced, output->data, NAME_ROOM - 1);
    bool whole = output->size == NAME_ROOM + sizeof *r;
    if (whole)
        memcpy(r, output->data + NAME_ROOM, sizeof *r);
    whole = whole && r->magic == RESULT_MAGIC && r->samples <= SAMPLES_MAX;
    if (!whole)
        memset(r, 0, sizeof *r);
    memcpy(r->variant, announced, NAME_ROOM);
    return whole;
}
