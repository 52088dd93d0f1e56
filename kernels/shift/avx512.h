/* Shifts by vpsllvw: every 16-bit lane has its own number of places, 16 for a weight of 0, which leaves nothing. Lanes
 * run along N; the halves of a 32-bit lane are two neighbours of K, which widening adds. A mask says which products are
 * to be negated. Expects MR and NV.
 *
 * Widening: x = low + 65536 * high with low offset by 32768 to be positive. `all` sums x modulo 2^32, `high` the upper
 * halves, so the low ones sum to all - 65536 * high, less the offsets. */
#ifndef SHIFT_AVX512_H
#define SHIFT_AVX512_H
#include "places.h"
#include <immintrin.h>
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 16 * NV, OFFSET = 0x8000, ZERO_PLACES = 16 };

/* Bytes, since a panel of 16-bit places outgrows the first cache; 16 bits wide they become when they are loaded. */
struct step {
    uint8_t places[NV][32];
    uint32_t negative[NV];
};

/* A step is two of K: each half of a lane takes one of them, `round` steps are what it holds. */
struct panel {
    uint64_t round, unused[7];
    struct step steps[];
};

static size_t steps_of(size_t k) { return (k + 1) / 2; }
static size_t bytes_of_panel(size_t k) { return sizeof(struct panel) + steps_of(k) * sizeof(struct step); }

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, __m512i x[MR][NV]) {
    const struct step *b = ((const struct panel *)t->panel)->steps;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            x[r][j] = _mm512_set1_epi32(OFFSET);
#pragma clang loop unroll(disable)
    for (size_t i = begin; i < end; i++) {
        __m512i places[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            places[j] = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)b[i].places[j]));
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            __m512i a = _mm512_set1_epi32((int)load_u32(t->a + r * t->a_stride + 4 * i));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                __m512i v = _mm512_sllv_epi16(a, places[j]);
                v = _mm512_mask_sub_epi16(v, b[i].negative[j], _mm512_setzero_si512(), v);
                x[r][j] = _mm512_add_epi16(x[r][j], v);
            }
        }
    }
}

TILE_INLINE tile(const struct tile *t, size_t rows, size_t mr) {
    __m512i all[MR][NV], high[MR][NV], x[MR][NV];
    size_t steps = steps_of(t->k), round = ((const struct panel *)t->panel)->round;
    uint32_t offsets = 0;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            all[r][j] = high[r][j] = _mm512_setzero_si512();
    for (size_t i = 0; i < steps; i += round, offsets += OFFSET) {
        round_of(t, mr, i, i + round < steps ? i + round : steps, x);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                all[r][j] = _mm512_add_epi32(all[r][j], x[r][j]);
                high[r][j] = _mm512_add_epi32(high[r][j], _mm512_srai_epi32(x[r][j], 16));
            }
    }
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(disable)
        for (size_t j = 0; j < NV; j++) {
            __m512i low = _mm512_sub_epi32(all[r][j], _mm512_slli_epi32(high[r][j], 16));
            low = _mm512_sub_epi32(low, _mm512_set1_epi32((int)offsets));
            _mm512_storeu_si512(t->c + r * t->c_stride + 64 * j, _mm512_add_epi32(low, high[r][j]));
        }
}
SHIFT_TILES(1, 1, MR)

static void run_block(const struct gemm_args *g) {
    size_t steps = steps_of(g->k);
    widen_rows(g->work, g, 2 * steps);
    tiles_run(g, g->work, 4 * steps, MR, NR, bytes_of_panel(g->k), tile_fns);
}

static void run(const struct gemm_args *g) { run_blocks(g, run_block); }

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * bytes_of_panel(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n;
    return block_rows(m) * steps_of(k) * 4;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t steps = steps_of(w->k), round = round_length(w, 0);
    memset(rhs, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < (w->n + NR - 1) / NR * NR; column++) {
        struct panel *panel = (struct panel *)((uint8_t *)rhs + column / NR * bytes_of_panel(w->k));
        panel->round = round;
        for (size_t i = 0; i < 2 * steps; i++) {
            size_t lane = column % 16 * 2 + i % 2, j = column % NR / 16;
            int weight = column < w->n && i < w->k ? ((const int8_t *)w->b + column * w->b_stride)[i] : 0;
            panel->steps[i / 2].places[j][lane] = weight ? (uint8_t)places_of(weight) : ZERO_PLACES;
            if (weight < 0)
                panel->steps[i / 2].negative[j] |= 1u << lane;
        }
    }
}
#endif
