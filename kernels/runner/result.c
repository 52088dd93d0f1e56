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

/* A child that went astray may have written over its own result: whatever arrives is fit to be read. */
static void settle(bool *flag) {
    unsigned char byte;
    memcpy(&byte, flag, 1);
    *flag = byte == 1;
}

static void settle_all(struct result *r) {
    bool *const flags[] = {&r->ran, &r->check_before, &r->check_after, &r->steady};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        settle(flags[i]);
    r->digest[sizeof r->digest - 1] = r->cpu_mask[sizeof r->cpu_mask - 1] = 0;
    r->variant[sizeof r->variant - 1] = r->detail[sizeof r->detail - 1] = r->words[sizeof r->words - 1] = 0;
    r->version[sizeof r->version - 1] = r->executed[sizeof r->executed - 1] = 0;
}

/* Differences of what passes are no overflow. */
static bool times_can_be(const struct result *r) {
    bool good = r->iterations >= 0 && r->begin_ns >= 0 && r->end_ns >= 0 && r->inferences >= 0;
    for (uint32_t i = 0; i < r->samples && good; i++)
        good = r->wall_ns[i] >= 0 && r->cpu_ns[i] >= 0;
    return good;
}

bool result_receive(const struct text *output, struct result *r) {
    char announced[NAME_ROOM] = "";
    memset(r, 0, sizeof *r);
    if (output->size >= NAME_ROOM)
        memcpy(announced, output->data, NAME_ROOM - 1);
    bool whole = output->size == NAME_ROOM + sizeof *r;
    if (whole)
        memcpy(r, output->data + NAME_ROOM, sizeof *r);
    whole = whole && r->magic == RESULT_MAGIC && r->samples <= SAMPLES_MAX && r->layers <= LAYERS_MAX &&
            times_can_be(r);
    if (!whole)
        memset(r, 0, sizeof *r);
    settle_all(r);
    memcpy(r->variant, announced, NAME_ROOM);
    return whole;
}
