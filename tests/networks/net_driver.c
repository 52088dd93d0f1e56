/* Runs a plan outside of the runner, for the tests: `run PLAN INPUT OUTPUT [FEATURES [ROUNDS
 * [THREADS [layers]]]]`, `fuzz PLAN SEED COUNT`. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../include/kernel.h"
#include "../isa/isa.h"
#include "../nets/nets.h"

enum { ARENA_ALIGN = 64 };

static uint8_t *load(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file)
        exit(66);
    uint8_t *bytes = aligned_alloc(ARENA_ALIGN, 64 << 20);
    *size = fread(bytes, 1, 64 << 20, file);
    fclose(file);
    return bytes;
}

/* The arena ends at a page that nobody may touch. */
static void *arena_of(size_t bytes, void **block, size_t *block_bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page + 1;
    *block_bytes = pages * page;
    *block = mmap(NULL, *block_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (*block == MAP_FAILED)
        exit(71);
    uint8_t *end = (uint8_t *)*block + (pages - 1) * page;
    mprotect(end, page, PROT_NONE);
    return end - (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Parts one after the other, the last one first: none may lean on another. */
static void in_turn(void *self, void (*part)(void *of, size_t index), void *of) {
    for (size_t i = *(size_t *)self; i-- > 0;)
        part(of, i);
}

static int64_t now_ns(void) { return (int64_t)(1e9 * seconds()); }

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The median time of each layer. */
static void print_layers(struct net *net, const uint8_t *from, uint8_t *to, int rounds) {
    int64_t *took = calloc(net->layers * (size_t)rounds, sizeof *took), *one = calloc((size_t)rounds, sizeof *one);
    for (int i = 0; i < rounds; i++)
        net_run_layers(net, from, to, now_ns, took + net->layers * (size_t)i);
    for (size_t l = 0; l < net->layers; l++) {
        for (int i = 0; i < rounds; i++)
            one[i] = took[net->layers * (size_t)i + l];
        qsort(one, (size_t)rounds, sizeof *one, by_time);
        const struct kernel_variant *v = net_layer_variant(net, l);
        printf("layer %zu %.1f us %s\n", l, 1e-3 * (double)one[rounds / 2], v ? kernel_name(v).text : "");
    }
}

struct wish {
    uint32_t features;
    int rounds;
    size_t threads;
    bool layers;
};

static int run(const char *plan, const char *input, const char *output, struct wish wish) {
    char err[200];
    struct net net;
    size_t size, given, block_bytes;
    uint8_t *bytes = load(plan, &size), *from = load(input, &given);
    void *block;
    struct net_team team = {in_turn, &wish.threads};
    if (!net_open(&net, bytes, size, (struct net_wish){wish.features, wish.threads}, err, sizeof err)) {
        fprintf(stderr, "%s\n", err);
        return 65;
    }
    if (given != net.input_bytes)
        return 64;
    void *arena = arena_of(net.arena_bytes, &block, &block_bytes);
    uint8_t *to = malloc(net.output_bytes), *scratch = malloc(net.input_bytes);
    net.team = &team;
    if (!net_prepare(&net, arena, err, sizeof err) || !net_check(&net, scratch, to, err, sizeof err)) {
        fprintf(stderr, "%s\n", err);
        return 65;
    }
    double best = 1e9;
    for (int i = 0; i < wish.rounds; i++) {
        double begin = seconds();
        net_run(&net, from, to);
        double took = seconds() - begin;
        best = took < best ? took : best;
    }
    FILE *file = fopen(output, "wb");
    fwrite(to, 1, net.output_bytes, file);
    fclose(file);
    printf("%s arena %zu weights %zu best_ms %.3f\n", net.variants, net.arena_bytes, net.weights_bytes, best * 1e3);
    if (wish.layers)
        print_layers(&net, from, to, wish.rounds);
    return 0;
}

static uint64_t state;
static uint64_t draw(void) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

/* Small and huge numbers in the tables, any byte anywhere, and cut files. */
static size_t mutate(uint8_t *bytes, size_t size) {
    static const uint32_t extremes[] = {0, 1, 2, 63, 64, 255, 4096, 0x7fffffff, 0x80000000, 0xffffffff};
    size_t head = size < 2048 ? size : 2048;
    for (uint64_t i = 0, count = 1 + draw() % 3; i < count; i++) {
        uint32_t value = draw() % 2 ? extremes[draw() % 10] : (uint32_t)(draw() % 300);
        size_t at = 8 + draw() % (head - 12) / 4 * 4;
        if (draw() % 4 == 0)
            bytes[draw() % size] = (uint8_t)draw();
        else
            memcpy(bytes + at, &value, sizeof value);
    }
    return draw() % 8 == 0 ? draw() % (size + 1) : size;
}

static int fuzz(const char *plan, uint64_t seed, int count) {
    size_t size, arena_bytes, plan_bytes;
    uint8_t *bytes = load(plan, &size);
    int sound = 0;
    state = seed * 2 + 1;
    for (int i = 0; i < count; i++) {
        char err[200];
        struct net net;
        void *block, *arena_block;
        /* the plan too ends at a page that nobody may touch */
        uint8_t *copy = arena_of(size, &block, &plan_bytes);
        memcpy(copy, bytes, size);
        size_t cut = mutate(copy, size);
        uint8_t *moved = copy + (size - cut) / 8 * 8;
        memmove(moved, copy, cut);
        struct net_wish wish = {isa_features(), 1};
        if (net_open(&net, moved, cut, wish, err, sizeof err) && net.arena_bytes < 64 << 20) {
            uint8_t *from = calloc(1, net.input_bytes), *to = malloc(net.output_bytes);
            void *arena = arena_of(net.arena_bytes, &arena_block, &arena_bytes);
            if (net_prepare(&net, arena, err, sizeof err)) {
                net_run(&net, from, to);
                sound++;
            }
            munmap(arena_block, arena_bytes);
            free(from);
            free(to);
        }
        munmap(block, plan_bytes);
    }
    printf("%d of %d sound\n", sound, count);
    return 0;
}

int main(int argc, char **argv) {
    alarm(120);
    if (argc >= 5 && !strcmp(argv[1], "run")) {
        struct wish wish = {isa_features(), 1, 1, argc > 8};
        if (argc > 5)
            wish.features &= (uint32_t)strtoul(argv[5], NULL, 0);
        if (argc > 6)
            wish.rounds = atoi(argv[6]);
        if (argc > 7)
            wish.threads = strtoul(argv[7], NULL, 10);
        return run(argv[2], argv[3], argv[4], wish);
    }
    if (argc == 5 && !strcmp(argv[1], "fuzz"))
        return fuzz(argv[2], strtoull(argv[3], NULL, 10), atoi(argv[4]));
    return 64;
}
