/* Buffers between forbidden pages: a kernel that reads or writes beyond its buffer dies at once, on the side that
 * touches the page. On the other side, and in the bytes that alignment leaves over, a canary finds writes. */
#include "check.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = CASE_BLOCKS, SLOT_BYTES = 24 << 20, CANARY_BYTES = 256, CANARY = 0x5a };

static struct slot {
    uint8_t *begin, *end; /* the usable bytes */
    uint8_t *block;
    size_t bytes;
} slots[SLOTS];
static bool touch_end;
static char damage[128];

bool guard_open(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (SLOT_BYTES + page - 1) / page * page;
    for (unsigned i = 0; i < SLOTS; i++) {
        uint8_t *map = mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (map == MAP_FAILED || mprotect(map + page, size, PROT_READ | PROT_WRITE) != 0)
            return false;
        slots[i] = (struct slot){.begin = map + page, .end = map + page + size};
    }
    return true;
}

void guard_next(bool at_end) {
    touch_end = at_end;
    damage[0] = '\0';
}

const char *guard_damage(void) { return damage[0] ? damage : NULL; }

/* The canary's bytes before and behind the block, as far as the slot goes. */
static size_t room_before(const struct slot *s) {
    size_t room = (size_t)(s->block - s->begin);
    return room < CANARY_BYTES ? room : CANARY_BYTES;
}
static size_t room_behind(const struct slot *s) {
    size_t room = (size_t)(s->end - s->block) - s->bytes;
    return room < CANARY_BYTES ? room : CANARY_BYTES;
}

static void *guard_get(void *self, size_t bytes, size_t align) {
    (void)self;
    for (unsigned i = 0; i < SLOTS; i++) {
        struct slot *s = &slots[i];
        if (s->block)
            continue;
        if (bytes > SLOT_BYTES)
            return NULL;
        s->block = touch_end ? s->end - (bytes + align - 1) / align * align : s->begin;
        s->bytes = bytes;
        memset(s->block - room_before(s), CANARY, room_before(s));
        memset(s->block + bytes, CANARY, room_behind(s));
        return s->block;
    }
    return NULL;
}

static void look(const uint8_t *at, size_t count, const char *where) {
    for (size_t i = 0; i < count && !damage[0]; i++)
        if (at[i] != CANARY)
            snprintf(damage, sizeof damage, "wrote %s a buffer", where);
}

static void guard_put(void *self, void *block, size_t bytes) {
    (void)self, (void)bytes;
    for (unsigned i = 0; i < SLOTS; i++) {
        struct slot *s = &slots[i];
        if (s->block != block)
            continue;
        look(s->block - room_before(s), room_before(s), "before");
        look(s->block + s->bytes, room_behind(s), "behind");
        s->block = NULL;
        return;
    }
}

const struct case_memory guard_memory = {guard_get, guard_put, NULL};
