/* Products of bytes with weights of few bits, for many rows: `bits` one-bit weights of a column choose one of
 * 2^bits sums of as many activations, and a table entry is a whole vector, the sums of LANES rows of A. A look-up is
 * then one load with an addition, no shuffle, and building a table is one addition per entry for all these rows.
 *
 * A plane of a weight is a column by itself here, a "bit column"; what they select is 16-bit, and is widened and
 * put together by the planes' weights before it can overflow. The packed form tells run() the number of planes. The
 * file that includes this sets VECTOR_BYTES: 16, 32 or 64, or 8 where there are no vectors. */
#ifndef LUT_BLOCKS_H
#define LUT_BLOCKS_H
#include "../pack/tiles.h"
#include "codes.h"
#if VECTOR_BYTES == 64
#include "lanes_avx512.h"
#else
#include "lanes.h"
#endif

/* Tables of one pass over the columns: what the nearest cache holds with room to spare. */
enum { ENTRIES = VECTOR_BYTES == 64 ? 512 : 1024, TABLES_BYTES = ENTRIES * VECTOR_BYTES };
#if defined(__aarch64__) || defined(__AVX512F__)
enum { NR = 16 }; /* sums of 32 registers */
#else
enum { NR = VECTOR_BYTES == 8 ? 4 : 8 };
#endif
/* Below so many bit columns narrower tables, and fewer, are faster; measured. */
enum { FEW_COLUMNS = 192, MANY_COLUMNS = 384 };

/* How K is cut: `bits` weights a look-up, `steps` look-ups a pass, `passes` before 16 bits overflow. A wide table
 * saves look-ups and costs building, which pays for many columns only. */
struct cut {
    size_t bits, steps, passes;
};
static inline struct cut cut_of(size_t bit_columns) {
    size_t bits = bit_columns < FEW_COLUMNS ? 4 : bit_columns < MANY_COLUMNS ? 5 : 6;
    size_t steps = (bits < 6 ? ENTRIES / 2 : ENTRIES) >> bits;
    return (struct cut){bits, steps, 32768 / (128 * bits) / steps};
}
static inline size_t steps_of(const struct cut *cut, size_t k) { return (k + cut->bits - 1) / cut->bits; }
static inline size_t tiles_of(size_t bit_columns) { return (bit_columns + NR - 1) / NR; }
/* Columns of wide sums; they are stored LANES_STORE at a time. */
static inline size_t wide_bytes(size_t n, size_t planes) {
    return (tiles_of(n * planes) * NR / planes + LANES_STORE - 1) / LANES_STORE * LANES_STORE * LANES * sizeof(int32_t);
}

/* Scratch. `wide` holds a column's sums in the order of the rows. */
struct block {
    vec tables[ENTRIES];
    vec a[ENTRIES / 8]; /* of one pass, a vector per k; 4 bits are the narrowest cut and have the longest pass */
    int32_t row_sums[LANES];
};
struct sums {
    int32_t *wide;
    vec *narrow;
};

/* What holds the loops together is made for size, apart from the loops themselves. */
#define COLD __attribute__((cold))
#define NOINLINE __attribute__((noinline))

/* Doubles a table: the second half is the first plus one activation. */
static inline void double_table(vec *table, const vec *a, size_t count) {
    table[0] = (vec){0};
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < (size_t)1 << i; j++)
            table[((size_t)1 << i) + j] = table[j] + a[i];
}

/* The sums of 3 activations stay in registers and meet those of the others, so that an entry costs one store. */
static NOINLINE void build(struct block *block, const struct cut *cut, size_t steps) {
    vec *table = block->tables, sum = (vec){0};
    const vec *a = block->a;
    for (size_t s = 0; s < steps; s++, a += cut->bits) {
        vec low[8], high[8];
        double_table(low, a, 3);
        double_table(high, a + 3, cut->bits - 3);
        for (size_t i = 0; i < (size_t)1 << (cut->bits - 3); i++, table += 8)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 8; j++)
                table[j] = low[j] + high[i];
    }
    for (size_t i = 0; i < steps * cut->bits; i++)
        sum += block->a[i];
    lanes_widen(block->row_sums, sum, 0);
}

/* NR bit columns through the tables of one pass. */
static NOINLINE void look_up(const struct block *block, const uint16_t *offsets, size_t steps, vec *narrow, bool first) {
    const uint8_t *tables = (const uint8_t *)block->tables;
    vec sum[NR];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NR; j++)
        sum[j] = first ? (vec){0} : narrow[j];
    for (size_t s = 0; s < steps; s++, offsets += NR)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NR; j++)
            sum[j] += *(const vec *)(tables + offsets[j]);
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NR; j++)
        narrow[j] = sum[j];
}

static void widen_tile(const vec *narrow, int32_t *wide, int planes, bool first) {
    for (int column = 0; column < NR / planes; column++, wide += LANES) {
        if (first)
            memset(wide, 0, LANES * sizeof *wide);
        for (int plane = 0; plane < planes; plane++)
            lanes_widen(wide, *narrow++, plane);
    }
}

/* LANES rows of A, fewer at the end of M, times all of B. */
static COLD void run_block(const struct gemm_args *g, const struct lanes_rows *rows, const struct sums *sums) {
    struct block *block = g->work;
    const struct codes *codes = g->rhs;
    const uint16_t *offsets = (const uint16_t *)(codes + 1);
    size_t planes = (size_t)codes->planes, pass = 0;
    struct cut cut = cut_of(g->n * planes);
    size_t count = steps_of(&cut, g->k), tiles = tiles_of(g->n * planes);
    for (size_t s = 0; s < count; s += cut.steps, pass++) {
        size_t steps = count - s < cut.steps ? count - s : cut.steps;
        bool first = pass % cut.passes == 0, last = (pass + 1) % cut.passes == 0 || s + steps == count;
        lanes_load(block->a, rows, g->k, s * cut.bits, steps * cut.bits);
        build(block, &cut, steps);
        for (size_t tile = 0; tile < tiles; tile++) {
            vec *narrow = sums->narrow + tile * NR;
            look_up(block, offsets + (tile * count + s) * NR, steps, narrow, first);
            if (last)
                widen_tile(narrow, sums->wide + tile * (NR / planes) * LANES, codes->planes, pass < cut.passes);
        }
    }
}

static COLD void run(const struct gemm_args *g) {
    const struct codes *codes = g->rhs;
    struct block *block = g->work;
    struct sums sums = {(int32_t *)(block + 1), NULL};
    sums.narrow = (vec *)((uint8_t *)sums.wide + wide_bytes(g->n, (size_t)codes->planes));
    for (size_t m = 0; m < g->m; m += LANES) {
        struct lanes_rows rows = {(const int8_t *)g->a + m * g->a_stride, g->a_stride,
                                  g->m - m < LANES ? g->m - m : LANES};
        memset(block->row_sums, 0, sizeof block->row_sums);
        run_block(g, &rows, &sums);
        struct lanes_result result = {(uint8_t *)g->c + m * g->c_stride, g->c_stride, rows.count, g->n};
        lanes_store(&result, sums.wide, codes, block->row_sums);
    }
}

/* Both for one plane; other schemes ask for as many columns as they have planes (forward.h). */
static __attribute__((cold)) size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    struct cut cut = cut_of(n);
    return sizeof(struct codes) + tiles_of(n) * steps_of(&cut, k) * NR * sizeof(uint16_t);
}

static __attribute__((cold)) size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)k;
    return sizeof(struct block) + wide_bytes(n, 1) + tiles_of(n) * NR * sizeof(vec);
}

/* Offsets are those of the pass's tables as they lie one behind the other, so one base serves all look-ups. */
static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct codes *codes = rhs;
    *codes = codes_of(w);
    size_t planes = (size_t)codes->planes;
    struct cut cut = cut_of(w->n * planes);
    size_t count = steps_of(&cut, w->k);
    uint16_t *out = (uint16_t *)(codes + 1);
#pragma clang loop vectorize(disable) unroll(disable)
    for (size_t i = 0; i < tiles_of(w->n * planes) * count * NR; i++)
        out[i] = (uint16_t)((i / NR % count % cut.steps << cut.bits) * VECTOR_BYTES);
    for (size_t n = 0; n < w->n; n++)
        for (size_t i = 0; i < w->k; i++) {
            unsigned code = code_of(codes, ((const int8_t *)w->b)[n * w->b_stride + i]);
            uint16_t *to = out + (n * planes / NR * count + i / cut.bits) * NR + n * planes % NR;
#pragma clang loop vectorize(disable) unroll(disable)
            for (size_t plane = 0; plane < planes; plane++)
                to[plane] = (uint16_t)(to[plane] + ((code >> plane & 1) << i % cut.bits) * VECTOR_BYTES);
        }
}
#endif
