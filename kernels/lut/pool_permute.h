/* The weight pool by vpermi2w: a slice of a plane of A chooses the 64 sums that it makes with the vectors of the
 * pool, two registers, and those are looked up with the vectors' numbers of 32 columns at once. Numbers lie as bytes
 * in pairs; the selector ignores the bits above its own, so the second of a pair needs one shift. */
#ifndef LUT_POOL_PERMUTE_H
#define LUT_POOL_PERMUTE_H
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif

/* LANES columns in a vector; ROUND pairs of slices of at most 8 * -128 each fit 16 bits. */
enum { LANES = 32, NV = 4, NR = LANES * NV, SLICES = 256, ROUND = 16 };
enum { PAIR = 2 };

/* The front of the packed form. It tells run() the number of planes, so that one run() serves all schemes; those of more
 * planes change it (pool_forward.h). */
struct tables {
    __m512i low, high;
};
struct packed {
    uint64_t planes;
    uint64_t unused[7];
    struct tables tables[SLICES];
};

static size_t groups(size_t k) { return (k + POOL_GROUP - 1) / POOL_GROUP; }

TILE_INLINE add(__m512i sum[NV], const struct tables *t, const __m512i numbers[NV]) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        sum[j] = _mm512_add_epi16(sum[j], _mm512_permutex2var_epi16(t->low, numbers[j], t->high));
}

/* The pairs begin .. end - 1 of one plane, of one row of A; `bytes` is the length of the plane in slices. */
TILE_INLINE round_of(__m512i sum[NV], const struct tables *tables, const uint8_t *a, size_t bytes,
                     const __m512i *numbers, size_t begin, size_t end) {
#pragma clang loop unroll(disable)
    for (size_t i = begin; i < end; i++) {
        __m512i second[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            second[j] = _mm512_srli_epi16(numbers[i * NV + j], 8);
        add(sum, tables + a[PAIR * i], numbers + i * NV);
        if (PAIR * i + 1 < bytes)
            add(sum, tables + a[PAIR * i + 1], second);
    }
}

/* Columns i and i + 16 of a vector share the 32-bit lane i. */
TILE_INLINE widen(__m512i wide[2 * NV], const __m512i sum[NV], unsigned plane) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++) {
        __m512i even = _mm512_srai_epi32(_mm512_slli_epi32(sum[j], 16), 16), odd = _mm512_srai_epi32(sum[j], 16);
        wide[2 * j] = _mm512_add_epi32(wide[2 * j], _mm512_slli_epi32(even, plane));
        wide[2 * j + 1] = _mm512_add_epi32(wide[2 * j + 1], _mm512_slli_epi32(odd, plane));
    }
}

/* One plane after the other: cost is linear in their count. */
static void dots(__m512i wide[2 * NV], const struct gemm_args *g, const uint8_t *a, const __m512i *numbers) {
    const struct packed *packed = g->rhs;
    size_t count = groups(g->k), pairs = panel_steps(count, PAIR), plane_bytes = bits_row_bytes(g->k);
    for (size_t j = 0; j < 2 * NV; j++)
        wide[j] = _mm512_setzero_si512();
    for (unsigned plane = 0; plane < packed->planes; plane++, a += plane_bytes)
        for (size_t i = 0; i < pairs; i += ROUND) {
            __m512i sum[NV];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[j] = _mm512_setzero_si512();
            round_of(sum, packed->tables, a, count, numbers, i, pairs - i < ROUND ? pairs : i + ROUND);
            widen(wide, sum, plane);
        }
}

static void run(const struct gemm_args *g) {
    size_t bytes_of_panel = panel_bytes(groups(g->k), NR, PAIR);
    const uint8_t *numbers = (const uint8_t *)g->rhs + sizeof(struct packed);
    for (size_t n = 0; n < g->n; n += NR, numbers += bytes_of_panel)
        for (size_t m = 0; m < g->m; m++) {
            __m512i wide[2 * NV];
            dots(wide, g, (const uint8_t *)g->a + m * g->a_stride, (const __m512i *)numbers);
            int32_t *c = (int32_t *)((uint8_t *)g->c + m * g->c_stride);
            for (size_t j = 0, at = n; j < 2 * NV && at < g->n; j++, at += 16) {
                __mmask16 there = g->n - at < 16 ? (__mmask16)((1u << (g->n - at)) - 1) : 0xffff;
                _mm512_mask_storeu_epi32(c + at, there, wide[j]);
            }
        }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return sizeof(struct packed) + panels_bytes(n, groups(k), NR, PAIR);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct packed *packed = rhs;
    int16_t *table = (int16_t *)packed->tables;
    memset(packed, 0, sizeof *packed);
    packed->planes = 1;
    for (int slice = 0; slice < SLICES; slice++)
        for (int v = 0; v < POOL_VECTORS; v++) {
            int sum = 0;
            for (int i = 0; i < POOL_GROUP; i++)
                sum += (slice >> i & 1) * w->pool[v * POOL_GROUP + i];
            table[slice * POOL_VECTORS + v] = (int16_t)sum;
        }
    uint8_t *numbers = (uint8_t *)(packed + 1);
    size_t count = groups(w->k), bytes_of_panel = panel_bytes(count, NR, PAIR);
    memset(numbers, 0, panels_bytes(w->n, count, NR, PAIR));
    for (size_t n = 0; n < w->n; n++) {
        size_t lane = n % NR / LANES * LANES + n % 16 * 2 + n % LANES / 16;
        for (size_t i = 0; i < count; i++)
            numbers[n / NR * bytes_of_panel + (i / PAIR * NR + lane) * PAIR + i % PAIR] =
                ((const uint8_t *)w->b)[n * w->b_stride + i];
    }
}
#endif
