/* Runs a plan once and passes a mark between its layers, for counting: `driver PLAN INPUT`. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../include/kernel.h"
#include "../isa/isa.h"
#include "../nets/nets.h"

enum { ALIGN = 64, MOST = 64 << 20 };

__attribute__((noinline)) static void mark(void) { __asm__ volatile("" ::: "memory"); }

/* The end of a layer is the begin of the next: one mark each. */
static int64_t now(void) {
    static bool began;
    if (began)
        mark();
    began = true;
    mark();
    return 0;
}

static void *room(size_t bytes) { return aligned_alloc(ALIGN, (bytes + ALIGN - 1) / ALIGN * ALIGN); }

static void *load(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    void *bytes = room(MOST);
    if (file == NULL || bytes == NULL)
        exit(66);
    *size = fread(bytes, 1, MOST, file);
    fclose(file);
    return bytes;
}

int main(int argc, char **argv) {
    char err[200] = "driver PLAN INPUT";
    struct net net;
    size_t size = 0, given = 0;
    if (argc != 3)
        return 64;
    printf("mark 0x%llx\n", (unsigned long long)(uintptr_t)mark);
    fflush(stdout);
    void *plan = load(argv[1], &size), *input = load(argv[2], &given);
    if (!net_open(&net, plan, size, (struct net_wish){isa_features(), 1}, err, sizeof err) ||
        given != net.input_bytes || !net_prepare(&net, room(net.arena_bytes), err, sizeof err)) {
        printf("--%s\n", err);
        return 65;
    }
    for (size_t i = 0; i < net.layers; i++) {
        const struct kernel_variant *v = net_layer_variant(&net, i);
        printf("--layer %zu %s\n", i, v ? kernel_name(v).text : "");
    }
    fflush(stdout);
    net_run_layers(&net, input, room(net.output_bytes), now, calloc(net.layers, sizeof(int64_t)));
    mark();
    return 0;
}
