/* One row of bytes times weights of few bits by shuffles of 16-entry byte tables: a nibble holds 4 one-bit weights of
 * a column and selects the sum of 4 activations. That sum is split into 5 bits below and a signed rest above, two
 * tables whose entries both take 8 additions before they leave a byte. Lanes run along N, a plane of a weight is a
 * vector of lanes by itself. What a shuffle is stands in shuffle.h. */
#ifndef LUT_NIBBLES_H
#define LUT_NIBBLES_H
#include "../pack/tiles.h"
#include "codes.h"
#include "shuffle.h"

typedef uint8_t bytes __attribute__((vector_size(VECTOR_BYTES)));
typedef uint16_t unsigned_words __attribute__((vector_size(VECTOR_BYTES)));
typedef int16_t signed_words __attribute__((vector_size(VECTOR_BYTES)));

/* ROUND steps of two nibbles fill a byte; a rest of -16 at least, 8 a round, fits 16 bits for ROUNDS rounds. */
enum { NV = 4, WORDS = VECTOR_BYTES / 2, COLUMNS = NV * VECTOR_BYTES, STEP = 8, ROUND = 4, ROUNDS = 256 };
enum { LOW_BITS = 5, TABLE = 16 };

struct tables {
    uint8_t low[TABLE], high[TABLE];
};
/* [0]: columns 0 .. WORDS - 1 of a vector, the even bytes; [1]: the others. */
struct wide {
    unsigned_words low[NV][2];
    signed_words high[NV][2];
};

static inline size_t steps_of(size_t k) { return (k + STEP - 1) / STEP; }
static inline size_t panels_of(size_t n) { return (n + COLUMNS - 1) / COLUMNS; }

static void build(struct tables *tables, const int8_t *a, size_t k) {
    for (size_t i = 0; i < steps_of(k) * STEP; i += 4, tables++) {
        int sums[TABLE] = {0};
        for (size_t bit = 0; bit < 4; bit++)
            for (size_t j = 0; j < (size_t)1 << bit; j++)
                sums[((size_t)1 << bit) + j] = sums[j] + (i + bit < k ? a[i + bit] : 0);
#pragma clang loop unroll(disable) interleave_count(1)
        for (size_t j = 0; j < TABLE; j++) {
            tables->low[j] = (uint8_t)(sums[j] & ((1 << LOW_BITS) - 1));
            tables->high[j] = (uint8_t)(sums[j] >> LOW_BITS);
        }
    }
}

/* Only 32 registers hold all of `wide`. */
#if defined(__aarch64__)
#define WIDE_LOOP _Pragma("clang loop unroll(full)")
#else
#define WIDE_LOOP _Pragma("clang loop unroll(disable)")
#endif

TILE_INLINE round_of(struct wide *wide, const struct tables *tables, const bytes *nibbles, size_t steps) {
    bytes low[NV], high[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        low[j] = high[j] = (bytes){0};
#pragma clang loop unroll(disable)
    for (size_t s = 0; s < steps; s++, tables += 2, nibbles += NV) {
        table_t first_low = load_table(tables[0].low), first_high = load_table(tables[0].high);
        table_t second_low = load_table(tables[1].low), second_high = load_table(tables[1].high);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            bytes first = nibbles[j] & 15, second = nibbles[j] >> 4;
            low[j] += (bytes)look_up(first_low, (select_t)first) + (bytes)look_up(second_low, (select_t)second);
            high[j] += (bytes)look_up(first_high, (select_t)first) + (bytes)look_up(second_high, (select_t)second);
        }
    }
    /* a copy, since what is indexed by a loop does not stay in registers */
    bytes all_low[NV], all_high[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        all_low[j] = low[j], all_high[j] = high[j];
    WIDE_LOOP
    for (size_t j = 0; j < NV; j++) {
        wide->low[j][0] += (unsigned_words)all_low[j] & 0xff;
        wide->low[j][1] += (unsigned_words)all_low[j] >> 8;
        wide->high[j][0] += (signed_words)((unsigned_words)all_high[j] << 8) >> 8;
        wide->high[j][1] += (signed_words)all_high[j] >> 8;
    }
}

/* Onto the sums of codes of the COLUMNS columns of a panel. */
static void flush(int32_t *sums, const struct wide *wide, size_t planes) {
#pragma clang loop unroll(disable)
    for (size_t j = 0; j < NV; j++)
#pragma clang loop unroll(disable)
        for (size_t half = 0; half < 2; half++) {
            int32_t *to = sums + j / planes * VECTOR_BYTES + half * WORDS;
#pragma clang loop unroll(disable) interleave_count(1)
            for (size_t i = 0; i < WORDS; i++) {
                int32_t sum = wide->high[j][half][i] * (1 << LOW_BITS) + wide->low[j][half][i];
                to[i] += sum * (1 << j % planes);
            }
        }
}

static void panel(int32_t *sums, const struct tables *tables, const bytes *nibbles, size_t count, size_t planes) {
    memset(sums, 0, COLUMNS * sizeof *sums);
    for (size_t i = 0; i < count;) {
        struct wide wide;
        memset(&wide, 0, sizeof wide);
        for (size_t round = 0; round < ROUNDS && i < count; round++) {
            size_t steps = count - i < ROUND ? count - i : ROUND;
            round_of(&wide, tables + 2 * i, nibbles + NV * i, steps);
            i += steps;
        }
        flush(sums, &wide, planes);
    }
}

static void run(const struct gemm_args *g) {
    const struct codes *codes = g->rhs;
    const bytes *nibbles = (const bytes *)(codes + 1);
    size_t count = steps_of(g->k), planes = (size_t)codes->planes, columns = COLUMNS / planes;
    int32_t *c = g->c, sum_of_a = row_sum(g->a, g->k);
    build(g->work, g->a, g->k);
    for (size_t n = 0; n < g->n; n += columns, nibbles += count * NV) {
        int32_t sums[COLUMNS];
        panel(sums, g->work, nibbles, count, planes);
#pragma clang loop vectorize(disable)
        for (size_t i = 0; i < columns && n + i < g->n; i++)
            c[n + i] = codes_dot(codes, sums[i], sum_of_a);
    }
}

/* For one plane; other schemes ask for as many columns as they have planes (forward.h). */
static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return sizeof(struct codes) + panels_of(n) * steps_of(k) * NV * sizeof(bytes);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return steps_of(k) * 2 * sizeof(struct tables);
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct codes *codes = rhs;
    uint8_t *out = (uint8_t *)(codes + 1);
    *codes = codes_of(w);
    size_t planes = (size_t)codes->planes, columns = COLUMNS / planes;
    memset(out, 0, panels_of(w->n * planes) * steps_of(w->k) * NV * sizeof(bytes));
    for (size_t n = 0; n < w->n; n++) {
        size_t vector = n % columns / VECTOR_BYTES * planes, lane = n % WORDS * 2 + n % VECTOR_BYTES / WORDS;
        uint8_t *to = out + (n / columns * steps_of(w->k) * NV + vector) * VECTOR_BYTES + lane;
        for (size_t i = 0; i < w->k; i++) {
            unsigned code = code_of(codes, ((const int8_t *)w->b)[n * w->b_stride + i]);
#pragma clang loop vectorize(disable) unroll(disable)
            for (size_t plane = 0; plane < planes; plane++)
                to[(i / STEP * NV + plane) * VECTOR_BYTES] |= (uint8_t)((code >> plane & 1) << i % STEP);
        }
    }
}
#endif
