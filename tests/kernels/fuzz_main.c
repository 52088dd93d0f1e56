/* Changes seeds at random, always the same way for the same number, and hands them to a target:
 *
 *     PROGRAM CRASH SEED COUNT SECONDS FILE...
 *
 * Every file comes once as it is, then COUNT changed ones, or as many as SECONDS allow. An input that kills the
 * target is left in the file CRASH. The target is written as for libFuzzer, which can take the place of this file. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEEDS_MAX = 64, ROOM = 1 << 19, STUCK_S = 20 };

static struct seed {
    uint8_t *bytes;
    size_t size;
} seeds[SEEDS_MAX];
static size_t seed_count;
static uint8_t input[ROOM];
static size_t input_size;
static const char *crash;
static uint64_t state;

static void keep_input(void) {
    FILE *file = fopen(crash, "wb");
    if (!file)
        return;
    fwrite(input, 1, input_size, file);
    fclose(file);
}

/* The sanitizers end in an abort, an input that takes too long in an alarm. */
static void died(int number) {
    keep_input();
    _exit(128 + number);
}

static uint64_t draw(uint64_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return below ? state % below : 0;
}

/* Half of the places lie in the head, where tables are. */
static size_t place(size_t most) {
    size_t head = most < 2048 ? most : 2048;
    return draw(2) ? draw(head + 1) : draw(most + 1);
}

static void insert(size_t at, const uint8_t *bytes, size_t size) {
    if (input_size + size > ROOM)
        return;
    memmove(input + at + size, input + at, input_size - at);
    memmove(input + at, bytes, size);
    input_size += size;
}

static void cut(size_t at, size_t size) {
    size = size < input_size - at ? size : input_size - at;
    memmove(input + at, input + at + size, input_size - at - size);
    input_size -= size;
}

static size_t line_begin(size_t at) {
    while (at > 0 && input[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_bytes(size_t at) {
    const uint8_t *end = memchr(input + at, '\n', input_size - at);
    return end ? (size_t)(end - input) + 1 - at : input_size - at;
}

static void change_byte(void) {
    size_t at = place(input_size - 1);
    input[at] = draw(2) ? (uint8_t)draw(256) : input[at] ^ (uint8_t)(1 << draw(8));
}

static void change_word(void) {
    static const uint32_t extremes[] = {0,   1,    2,     63,         64,         65,         127,       128,
                                        255, 4096, 65535, 0x0fffffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};
    uint32_t value = draw(2) ? extremes[draw(sizeof extremes / sizeof *extremes)] : (uint32_t)draw(512);
    if (input_size >= 4)
        memcpy(input + place(input_size - 4) / 4 * 4, &value, sizeof value);
}

/* A run of digits becomes another. */
static void change_number(void) {
    static const char *const extremes[] = {"0", "-1", "1", "00", "2147483647", "2147483648", "4294967296",
                                           "9223372036854775807", "9223372036854775808", "-9223372036854775808",
                                           "18446744073709551616", "999999999999999999", "", "1e9", "1000", "1001"};
    size_t at = place(input_size - 1), size = 0;
    while (at < input_size && (input[at] < '0' || input[at] > '9'))
        at++;
    while (at + size < input_size && input[at + size] >= '0' && input[at + size] <= '9')
        size++;
    if (size == 0)
        return;
    const char *other = extremes[draw(sizeof extremes / sizeof *extremes)];
    cut(at, size);
    insert(at, (const uint8_t *)other, strlen(other));
}

static void change_bytes(void) {
    uint8_t some[16];
    for (size_t i = 0; i < sizeof some; i++)
        some[i] = (uint8_t)draw(256);
    insert(place(input_size), some, draw(sizeof some) + 1);
}

static void drop_bytes(void) { cut(place(input_size - 1), draw(draw(4) ? 16 : 512) + 1); }

static void repeat_line(void) {
    static uint8_t line[4096];
    size_t from = line_begin(place(input_size - 1)), size = line_bytes(from), at = line_begin(place(input_size - 1));
    if (size > sizeof line)
        return;
    memcpy(line, input + from, size);
    for (uint64_t times = draw(8) ? 1 : draw(100); times > 0; times--)
        insert(at, line, size);
}

static void drop_line(void) {
    size_t at = line_begin(place(input_size - 1));
    cut(at, line_bytes(at));
}

static void splice(void) {
    const struct seed *other = &seeds[draw(seed_count)];
    size_t from = draw(other->size), most = other->size - from, size = draw(most < 4096 ? most : 4096);
    size_t at = place(input_size);
    if (draw(2))
        cut(at, size);
    insert(at, other->bytes + from, size);
}

static void truncate_input(void) { input_size = draw(input_size + 1); }

static void mutate(void) {
    static void (*const ways[])(void) = {change_byte, change_byte,  change_word, change_word, change_number,
                                         change_number, change_bytes, drop_bytes,  repeat_line, drop_line,
                                         splice,      truncate_input};
    const size_t count = sizeof ways / sizeof *ways;
    for (uint64_t times = 1 + draw(4); times > 0 && input_size > 0; times--)
        ways[draw(draw(8) ? count - 1 : count)]();
}

static void take(const struct seed *seed) {
    memcpy(input, seed->bytes, seed->size);
    input_size = seed->size;
}

static void feed(void) {
    alarm(STUCK_S);
    LLVMFuzzerTestOneInput(input, input_size);
}

static void load(const char *path) {
    struct seed *seed = &seeds[seed_count++];
    FILE *file = fopen(path, "rb");
    seed->bytes = malloc(ROOM);
    if (!file || !seed->bytes)
        exit(66);
    seed->size = fread(seed->bytes, 1, ROOM, file);
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc < 6 || argc - 5 > SEEDS_MAX)
        return 64;
    crash = argv[1];
    state = strtoull(argv[2], NULL, 10) * 2 + 1;
    uint64_t most = strtoull(argv[3], NULL, 10), done = 0;
    time_t until = time(NULL) + strtol(argv[4], NULL, 10);
    for (int i = 5; i < argc; i++)
        load(argv[i]);
    signal(SIGABRT, died);
    signal(SIGALRM, died);
    for (size_t i = 0; i < seed_count; i++) {
        take(&seeds[i]);
        feed();
    }
    for (; done < most && (done % 256 || time(NULL) < until); done++) {
        take(&seeds[draw(seed_count)]);
        mutate();
        feed();
    }
    printf("%llu\n", (unsigned long long)done);
    return 0;
}
