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
        struct plan_tensor source = plan_read_tensor(net, &head, l.source), out = plan_read_tensor(net, &head, l.out);
        uint64_t each = l.op == PLAN_MAXPOOL || l.op == PLAN_AVGPOOL8 ? l.kernel * l.kernel : plan_padded_k(&l, &source);
        sum += (uint64_t)out.h * out.w * out.c * each;
    }
    return sum;
}

static void execute(struct net *net, uint32_t features) {
    char err[200];
    void *arena = room(net->arena_bytes), *from = room(net->input_bytes), *to = room(net->output_bytes);
    if (arena && from && to && net_prepare(net, arena, features, err, sizeof err)) {
        memset(from, 0x80, net->input_bytes); /* the byte with the largest magnitude */
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
    if (net_open(&net, bytes, size, err, sizeof err)) {
        if (net.arena_bytes <= ARENA_MOST)
            execute(&net, size % 2 ? isa_features() : 0);
    } else if (err[0] == 0)
        abort();
    free(bytes);
    return 0;
}
