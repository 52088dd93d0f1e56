/* int8_gemm_w8a8 by vpdpbusd, which multiplies unsigned bytes with signed ones.
 *
 * The weights are the unsigned side: packed as w + 128. So A stays where the layer before left it, and
 * a.w = a.(w + 128) - 128 * sum(a); the sums of the rows of A are made once, in work.
 *
 * The loop fills both ports; what it lacks of the loops in peak/ is clock, which cores lower where vectors are loaded
 * and multiplied at once. So it spares what is neither. */
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__AVX512VNNI__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, NV = 4, NR = 16 * NV, GROUP = 4, STEPS = 4, LINE = 64, ALL = 15, LARGE = 1 << 20 };

/* Rows of A by threes, so that all of a tile are a base and once or twice the stride away. */
struct rows {
    const uint8_t *at[2];
};

/* One group of K; `inside`: which of its bytes the rows of A have. */
TILE_INLINE step(__m512i sum[MR][NV], size_t mr, const struct rows *rows, size_t i, size_t a_stride, __mmask16 inside,
                 const __m512i *b) {
    __m512i columns[NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        columns[j] = b[j];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        const uint8_t *at = rows->at[r / 3] + r % 3 * a_stride + i;
        __m512i four = inside == ALL ? _mm512_set1_epi32((int)load_u32(at))
                                     : _mm512_broadcastd_epi32(_mm_maskz_loadu_epi8(inside, at));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], columns[j], four);
    }
}

/* What a tile needs beside its operands: the offset of each row of A, and what it fetches for those that come later. */
struct beside {
    const int32_t *offsets;
    const uint8_t *panel; /* a part of the next panel */
    size_t panel_lines;   /* of it, for every 64 bytes of K */
};

/* A little for every line of K: of the rows below, as their distance is too wide for what the core guesses by itself,
 * and of the next panel, where B outgrows the second cache and the first tile would wait for all of it. */
TILE_INLINE fetch_ahead(const struct tile *t, const struct beside *s, size_t mr, size_t i) {
    const uint8_t *panel = s->panel + i * s->panel_lines;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
        _mm_prefetch((const char *)t->a + (mr + r) * t->a_stride + i, _MM_HINT_T0);
#pragma clang loop unroll(disable)
    for (size_t line = 0; line < s->panel_lines; line++)
        _mm_prefetch((const char *)panel + LINE * line, _MM_HINT_T1);
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m512i sum[MR][NV];
    const __m512i *b = (const __m512i *)t->panel;
    const struct beside *beside = t->work;
    uint8_t *c = t->c;
    size_t c_stride = t->c_stride;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_set1_epi32(beside->offsets[t->row + r]);
    size_t i = 0, stride = t->a_stride;
    struct rows rows = {{t->a, t->a + 3 * stride}};
    while (i + GROUP * STEPS <= t->k) {
        fetch_ahead(t, beside, mr, i);
        size_t end = t->k - i < LINE ? t->k : i + LINE;
#pragma clang loop unroll(disable)
        for (; i + GROUP * STEPS <= end; i += GROUP * STEPS, b += NV * STEPS) {
#pragma clang loop unroll(full)
            for (size_t u = 0; u < STEPS; u++)
                step(sum, mr, &rows, u * GROUP, stride, ALL, b + u * NV);
#pragma clang loop unroll(full)
            for (size_t half = 0; half < 2; half++) {
                rows.at[half] += GROUP * STEPS;
                __asm__("" : "+r"(rows.at[half])); /* else it is made anew from i for every row */
            }
        }
    }
#pragma clang loop unroll(disable)
    for (; i < t->k; i += GROUP, b += NV) {
        size_t rest = t->k - i < GROUP ? t->k - i : GROUP;
        struct rows now = {{t->a + i, t->a + i + 3 * stride}};
        step(sum, mr, &now, 0, stride, (__mmask16)((1u << rest) - 1), b);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm512_storeu_si512(c + r * c_stride + 64 * j, sum[r][j]);
}
TILES_6(tile)

/* -128 * the sum of each row of a tile of A: what the offset of the weights adds too much. A product may wrap, and the
 * sum that it belongs to wraps back, so none of this is done in signed numbers. */
static __attribute__((noinline)) void row_offsets(int32_t *to, const uint8_t *a, size_t a_stride, size_t rows,
                                                  size_t k) {
    __m512i sum[MR], ones = _mm512_set1_epi8(1);
    const uint8_t *at[MR];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < MR; r++) {
        sum[r] = _mm512_setzero_si512();
        at[r] = a + (r < rows ? r : 0) * a_stride;
    }
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < k; i += LINE) {
        __mmask64 inside = k - i < LINE ? (1ull << (k - i)) - 1 : ~0ull;
#pragma clang loop unroll(full)
        for (size_t r = 0; r < MR; r++)
            sum[r] = _mm512_dpbusd_epi32(sum[r], ones, _mm512_maskz_loadu_epi8(inside, at[r] + i));
    }
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < rows; r++)
        to[r] = (int32_t)(0 - 128 * (uint32_t)_mm512_reduce_add_epi32(sum[r]));
}

/* Rows first .. last of A with one panel. */
static void run_rows(const struct gemm_args *g, struct tile t, size_t n, size_t first, size_t last) {
    alignas(64) uint8_t edge[MR * NR * 4];
    size_t columns = g->n - n < NR ? g->n - n : NR, tiles = (last - first + MR - 1) / MR;
    struct beside beside = {.offsets = g->work, .panel = t.panel + panel_bytes(g->k, NR, GROUP)};
    beside.panel_lines = g->n * g->k <= LARGE ? 0 : (NR + tiles - 1) / tiles;
    t.work = &beside;
    for (size_t rows; first < last; first += rows) {
        rows = last - first < MR ? last - first : MR;
        uint8_t *c = (uint8_t *)g->c + first * g->c_stride + n * 4;
        t.a = (const uint8_t *)g->a + first * g->a_stride;
        t.c = columns == NR ? c : edge;
        t.c_stride = columns == NR ? g->c_stride : NR * 4;
        if (n == 0)
            row_offsets((int32_t *)g->work + first, t.a, t.a_stride, rows, g->k);
        t.row = first;
        tile_fns[rows](&t);
        for (size_t r = 0; columns < NR && r < rows; r++)
            memcpy(c + r * g->c_stride, edge + r * NR * 4, columns * 4);
        beside.panel += g->k * beside.panel_lines;
    }
}

/* Few rows meet all panels before the next rows do, so that C is written line after line; but enough rows that B,
 * where it outgrows the second cache, need not come anew from the third at every turn. */
static void run(const struct gemm_args *g) {
    size_t block = g->n * g->k > LARGE ? 16 * MR : 4 * MR, bytes_of_panel = panel_bytes(g->k, NR, GROUP);
    for (size_t first = 0; first < g->m; first += block) {
        struct tile t = {.a_stride = g->a_stride, .k = g->k, .panel = g->rhs};
        size_t last = g->m - first < block ? g->m : first + block;
        for (size_t n = 0; n < g->n; n += NR, t.panel += bytes_of_panel)
            run_rows(g, t, n, first, last);
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, k, NR, GROUP);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n, (void)k;
    return m * sizeof(int32_t);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, w->k, NR, GROUP);
    /* the filling becomes 128 as well; it meets zeros of A or columns that nobody reads */
    uint8_t *bytes = rhs;
    for (size_t i = 0, end = rhs_bytes(0, w->n, w->k); i < end; i++)
        bytes[i] ^= 0x80;
}

const struct gemm_kernel int8_gemm_w8a8__avx512vnni = {run, rhs_bytes, work_bytes, pack_rhs};
