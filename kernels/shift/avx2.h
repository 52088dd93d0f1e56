/* Shifts by vpsllvd, which AVX2 has for 32-bit lanes only. So that none of their bits are idle a lane holds two rows
 * of A: x = low + 65536 * high is a number that can be shifted, negated and added as one as long as both fit 16 bits.
 * vpsignd negates, and clears for a weight of 0. Lanes run along N. Expects MR (pairs of rows) and NV.
 *
 * Widening: x comes with low offset by 32768 to be positive. `all` sums x modulo 2^32, `high` the upper halves, so the
 * low ones sum to all - 65536 * high, less the offsets. */
#ifndef SHIFT_AVX2_H
#define SHIFT_AVX2_H
#include "places.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 8 * NV, OFFSET = 0x8000 };

/* One byte a weight: its places below the sign, or all of its bits 0 for a weight of 0. */
enum { PLACES_MASK = 31, NONZERO = 32 };

/* `round`: steps of K that a half of a lane holds. */
struct panel {
    uint64_t round, unused[7];
    int8_t weights[];
};
static size_t bytes_of_panel(size_t k) { return (sizeof(struct panel) + k * NR + 63) / 64 * 64; }

struct wide {
    __m256i all[MR][NV], high[MR][NV];
};

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, struct wide *wide) {
    const int8_t *b = ((const struct panel *)t->panel)->weights;
    __m256i x[MR][NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            x[r][j] = _mm256_set1_epi32(OFFSET);
#pragma clang loop unroll(disable)
    for (size_t i = begin; i < end; i++) {
        __m256i sign[NV], places[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            sign[j] = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(b + i * NR + 8 * j)));
            places[j] = _mm256_and_si256(sign[j], _mm256_set1_epi32(PLACES_MASK));
        }
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            __m256i a = _mm256_set1_epi32((int)load_u32(t->a + 2 * r * t->a_stride + 4 * i));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                __m256i v = _mm256_sign_epi32(_mm256_sllv_epi32(a, places[j]), sign[j]);
                x[r][j] = _mm256_add_epi32(x[r][j], v);
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            wide->all[r][j] = _mm256_add_epi32(wide->all[r][j], x[r][j]);
            wide->high[r][j] = _mm256_add_epi32(wide->high[r][j], _mm256_srai_epi32(x[r][j], 16));
        }
}

/* C has 2 * mr rows here: `rows` of them are written. */
TILE_INLINE tile(const struct tile *t, size_t rows, size_t mr) {
    size_t round = ((const struct panel *)t->panel)->round;
    uint32_t offsets = 0;
    struct wide wide;
    memset(&wide, 0, sizeof wide);
    for (size_t i = 0; i < t->k; i += round, offsets += OFFSET)
        round_of(t, mr, i, i + round < t->k ? i + round : t->k, &wide);
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(disable)
        for (size_t j = 0; j < NV; j++) {
            __m256i sum = wide.high[r / 2][j];
            if (r % 2 == 0)
                sum = _mm256_sub_epi32(_mm256_sub_epi32(wide.all[r / 2][j], _mm256_slli_epi32(sum, 16)),
                                       _mm256_set1_epi32((int)offsets));
            _mm256_storeu_si256((__m256i *)(t->c + r * t->c_stride + 32 * j), sum);
        }
}
SHIFT_TILES(2, 1, MR)

/* Pairs of rows, as many as tiles want: the tile of pair p begins at row 2 * p. */
static void pair_rows(uint32_t *to, const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m += 2) {
        const int8_t *low = (const int8_t *)g->a + m * g->a_stride, *high = low + g->a_stride;
        for (size_t i = 0; i < g->k; i++) {
            uint32_t x = (uint32_t)(int32_t)low[i];
            *to++ = m + 1 < g->m ? x + ((uint32_t)(int32_t)high[i] << 16) : x;
        }
    }
}

static void run_block(const struct gemm_args *g) {
    pair_rows(g->work, g);
    /* a pair of k words serves two rows: half of it is the stride of one, and tiles begin at even rows */
    tiles_run(g, g->work, 2 * g->k, 2 * MR, NR, bytes_of_panel(g->k), tile_fns);
}

static void run(const struct gemm_args *g) { run_blocks(g, run_block); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * bytes_of_panel(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n;
    return block_rows(m) / 2 * k * 4;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t round = round_length(w, 0);
    memset(rhs, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        struct panel *panel = (struct panel *)((uint8_t *)rhs + column / NR * bytes_of_panel(w->k));
        int8_t *lane = panel->weights + column % NR;
        panel->round = round;
        for (size_t i = 0; i < w->k; i++)
            if (row[i])
                lane[i * NR] = (int8_t)((row[i] < 0 ? -128 : NONZERO) + (int)places_of(row[i]));
    }
}
#endif
