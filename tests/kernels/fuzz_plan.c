/* Fuzz target: a network plan. What net_open accepts is prepared and, where it is small enough, executed, with the
 * plan, the arena and both buffers as long as they must be and no byte longer. */
#include "isa/isa.h"
#include "nets/nets.h"
#include "nets/plan.h"
#include <stdlib.h>
#include <string.h>

enum { ARENA_MOST = 8 << 20, OPERATIONS_MOST = 20000000 };

static void *room(size_t bytes) {
    void *block = NULL;
    return posix_memalign(&block, PLAN_ALIGN, bytes ? bytes : 1) == 0 ? block : NULL;
}

static uint64_t operations(const struct net *net) {
    struct plan_head head = plan_read_head(net);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < head.layers; i++) {
        struct plan_layer l = plan_read_layer(net, &head, i);
        struct plan_tensor source = plan_read_tensor(net, &head, l.source);
        struct plan_tensor made = plan_read_tensor(net, &head, plan_made(&l));
        uint64_t each = (uint64_t)l.kernel_h * l.kernel_w * (l.op == PLAN_CONV ? 64 * plan_row_words(source.c) : 1);
        sum += (uint64_t)made.h * made.w * plan_channels(&l, &source) * each;
    }
    return sum;
}

/* Parts of a layer one after the other, the last one first. */
static void in_turn(void *self, void (*part)(void *of, size_t index), void *of) {
    const struct net *net = self;
    for (size_t i = net->threads; i-- > 0;)
        part(of, i);
}

static void execute(struct net *net) {
    char err[200];
    void *arena = room(net->arena_bytes), *from = room(net->input_bytes), *to = room(net->output_bytes);
    struct net_team team = {in_turn, net};
    net->team = &team;
    if (arena && from && to && net_prepare(net, arena, err, sizeof err)) {
        memset(from, 0xc2, net->input_bytes); /* -97.4, of which quantising makes the ends of ranges */
        if (operations(net) < OPERATIONS_MOST)
            net_run(net, from, to);
    }
    free(arena), free(from), free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char err[200] = "";
    struct net net;
    uint8_t *bytes = room(size);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    /* mostly the header knows its file's size, else nothing behind it would ever be read */
    if (size > 16 && size % 8 != 0)
        for (int i = 0; i < 4; i++)
            bytes[12 + i] = (uint8_t)(size >> (8 * i));
    struct net_wish wish = {size % 2 ? isa_features() : 0, 1 + size / 2 % 3};
    if (net_open(&net, bytes, size, wish, err, sizeof err)) {
        if (net.arena_bytes <= ARENA_MOST)
            execute(&net);
    } else if (err[0] == 0)
        abort();
    free(bytes);
    return 0;
}
