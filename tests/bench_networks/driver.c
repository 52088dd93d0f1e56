/* Times a plan on one thread as the peers are timed: `PLAN IMAGES OUTPUTS [vectors]`, OUTPUTS may be "".
 * IMAGES holds one input behind the other; OUTPUTS gets what each gives; with `vectors` no matrix unit is used. Prints
 * one JSON object. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../isa/isa.h"
#include "../nets/nets.h"

enum { ALIGN = 64, SAMPLES = 11 };
static const double SAMPLE_NS = 4e6;

struct block {
    uint8_t *bytes;
    size_t size;
};

static void *room(size_t size) {
    void *at = aligned_alloc(ALIGN, (size + ALIGN) / ALIGN * ALIGN);
    if (!at)
        exit(71);
    return at;
}

static struct block load(const char *path) {
    struct block b = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) || ftell(file) < 0)
        exit(66);
    b.size = (size_t)ftell(file);
    rewind(file);
    b.bytes = room(b.size);
    if (fread(b.bytes, 1, b.size, file) != b.size)
        exit(66);
    fclose(file);
    return b;
}

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double timed(struct net *net, const void *from, void *to, int calls) {
    double begin = now_ns();
    for (int i = 0; i < calls; i++)
        net_run(net, from, to);
    return (now_ns() - begin) / calls;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* As tests/bench_common/timing.py does it. */
static double median_ns(struct net *net, const void *from, void *to) {
    double samples[SAMPLES];
    timed(net, from, to, 1);
    int calls = 1 + (int)(SAMPLE_NS / timed(net, from, to, 1));
    for (int i = 0; i < SAMPLES; i++)
        samples[i] = timed(net, from, to, calls);
    qsort(samples, SAMPLES, sizeof *samples, by_size);
    return samples[SAMPLES / 2];
}

/* What every image gives, into a file. */
static bool answer(struct net *net, struct block images, void *to, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    for (size_t at = 0; at + net->input_bytes <= images.size; at += net->input_bytes) {
        net_run(net, images.bytes + at, to);
        if (fwrite(to, 1, net->output_bytes, file) != net->output_bytes)
            return false;
    }
    return fclose(file) == 0;
}

int main(int argc, char **argv) {
    char err[200] = "";
    struct net net;
    if (argc != 4 && argc != 5)
        return 64;
    struct block plan = load(argv[1]), images = load(argv[2]);
    struct net_wish wish = {.features = isa_features() & (argc == 5 ? ~(uint32_t)ISA_AMXINT8 : ~0u), .threads = 1};
    if (!net_open(&net, plan.bytes, plan.size, wish, err, sizeof err))
        return fprintf(stderr, "%s\n", err), 65;
    if (images.size < net.input_bytes || images.size % net.input_bytes)
        return fprintf(stderr, "images of another size\n"), 65;
    void *arena = room(net.arena_bytes), *scratch = room(net.input_bytes), *to = room(net.output_bytes);
    if (!net_prepare(&net, arena, err, sizeof err) || !net_check(&net, scratch, to, err, sizeof err))
        return fprintf(stderr, "%s\n", err), 65;
    if (argv[3][0] && !answer(&net, images, to, argv[3]))
        return 73;
    printf("{\"ns\": %.0f, ", median_ns(&net, images.bytes, to));
    printf("\"variants\": \"%s\", \"arena_bytes\": %zu, \"weights_bytes\": %zu}\n", net.variants, net.arena_bytes,
           net.weights_bytes);
    return 0;
}
