/* Shifts by SSHL: every 16-bit lane has its own number of places, 16 for a weight of 0, which leaves nothing. An eor
 * with -1 negates but for a 1, and those ones are known when B is packed. Lanes run along N; two neighbours of K lie
 * side by side, and SADALP adds both into the 32-bit sum of their column. Expects MR and NV. */
#ifndef SHIFT_NEON_H
#define SHIFT_NEON_H
#include "places.h"
#include <arm_neon.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 4 * NV, ZERO_PLACES = 16 };

struct step {
    int16_t places[NV][8], flip[NV][8];
};
/* How much to add to each column, and how many steps of two of K are a round. A flipped product is one below the
 * negated one, which a round must have room for. */
struct panel {
    int32_t ones[NR];
    uint64_t round, unused;
    struct step steps[];
};

static size_t steps_of(size_t k) { return (k + 1) / 2; }
static size_t bytes_of_panel(size_t k) { return sizeof(struct panel) + steps_of(k) * sizeof(struct step); }

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, int32x4_t sum[MR][NV]) {
    const struct step *b = ((const struct panel *)t->panel)->steps;
    int16x8_t x[MR][NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            x[r][j] = vdupq_n_s16(0);
#pragma clang loop unroll(disable)
    for (size_t i = begin; i < end; i++)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            int16x8_t a = vreinterpretq_s16_u32(vdupq_n_u32(load_u32(t->a + r * t->a_stride + 4 * i)));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                int16x8_t v = vshlq_s16(a, vld1q_s16(b[i].places[j]));
                x[r][j] = vaddq_s16(x[r][j], veorq_s16(v, vld1q_s16(b[i].flip[j])));
            }
        }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vpadalq_s16(sum[r][j], x[r][j]);
}

TILE_INLINE tile(const struct tile *t, size_t rows, size_t mr) {
    const struct panel *panel = (const struct panel *)t->panel;
    int32x4_t sum[MR][NV];
    size_t steps = steps_of(t->k), round = panel->round;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vld1q_s32(panel->ones + 4 * j);
    for (size_t i = 0; i < steps; i += round)
        round_of(t, mr, i, i + round < steps ? i + round : steps, sum);
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            vst1q_s32((int32_t *)(t->c + r * t->c_stride) + 4 * j, sum[r][j]);
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
    size_t round = round_length(w, 1);
    memset(rhs, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < (w->n + NR - 1) / NR * NR; column++) {
        struct panel *panel = (struct panel *)((uint8_t *)rhs + column / NR * bytes_of_panel(w->k));
        struct step *steps = panel->steps;
        panel->round = round;
        for (size_t i = 0; i < 2 * steps_of(w->k); i++) {
            size_t j = column % NR / 4, lane = column % 4 * 2 + i % 2;
            int weight = column < w->n && i < w->k ? ((const int8_t *)w->b + column * w->b_stride)[i] : 0;
            steps[i / 2].places[j][lane] = weight ? (int16_t)places_of(weight) : ZERO_PLACES;
            steps[i / 2].flip[j][lane] = weight < 0 ? -1 : 0;
            panel->ones[column % NR] += weight < 0;
        }
    }
}
#endif
