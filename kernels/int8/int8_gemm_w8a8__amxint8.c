/* int8_gemm_w8a8 by the tiles of AMX: sixteen rows of A by sixteen columns of B by 64 bytes of K in one instruction.
 *
 * Two tiles of A and two of B serve four of sums; both operands are signed, so nothing has to be put right, and A
 * stays where the layer before left it. All tiles of A and C have one height, that of a call, and the last begins
 * among the rows of the one before it where they do not come out even: those rows are computed twice, but the tiles
 * are configured once and no row beyond A is touched. */
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__AMX_INT8__)
#error "compile this file with the flags of its token in isa.def"
#endif

/* OF_B: what lies of B in the second cache while all of A passes by. */
enum { ROWS = 16, LANES = 16, GROUP = 4, DEPTH = 64, TILE = 1024, OF_B = 1 << 20 };
/* The eight tiles: sums by row and column, two of A, two of B. Not an enum: gcc wants the digits themselves. */
#define SUM00 0
#define SUM01 1
#define SUM10 2
#define SUM11 3
#define A0 4
#define A1 5
#define B0 6
#define B1 7

/* One block of C, one or two tiles high and two wide. */
struct block {
    const uint8_t *a, *tail; /* tail: what K has beyond whole tiles, filled up with zeros; NULL = nothing */
    size_t a_stride, height; /* rows of a tile */
    size_t below;            /* rows from the first tile of A to the second */
    const uint8_t *b;
    size_t b_stride, k; /* b_stride: bytes of a panel */
    uint8_t *c;
    size_t c_stride;
    const uint8_t *next; /* some of the rows that come next, to be fetched ahead */
    size_t next_rows;
};

TILE_INLINE step(const uint8_t *a, size_t a_stride, size_t below, const uint8_t *b, size_t b_stride, int high) {
    _tile_loadd(A0, a, a_stride);
    _tile_loadd(B0, b, DEPTH);
    _tile_dpbssd(SUM00, A0, B0);
    _tile_loadd(B1, b + b_stride, DEPTH);
    _tile_dpbssd(SUM01, A0, B1);
    if (high > 1) {
        _tile_loadd(A1, a + below * a_stride, a_stride);
        _tile_dpbssd(SUM10, A1, B0);
        _tile_dpbssd(SUM11, A1, B1);
    }
}

TILE_INLINE block(const struct block *t, int high) {
    const uint8_t *a = t->a, *b = t->b, *next = t->next;
    size_t a_stride = t->a_stride, b_stride = t->b_stride, below = t->below, next_rows = t->next_rows;
    _tile_zero(SUM00);
    _tile_zero(SUM01);
    _tile_zero(SUM10);
    _tile_zero(SUM11);
#pragma clang loop unroll(disable)
    for (size_t left = t->k / DEPTH; left > 0; left--, a += DEPTH, b += TILE, next += DEPTH) {
        step(a, a_stride, below, b, b_stride, high);
#pragma clang loop unroll(disable)
        for (size_t r = 0; r < next_rows; r++)
            _mm_prefetch((const char *)next + r * a_stride, _MM_HINT_T0);
    }
    if (t->tail)
        step(t->tail, DEPTH, below, b, b_stride, high);
    uint8_t *c = t->c, *c_below = c + below * t->c_stride;
    _tile_stored(SUM00, c, t->c_stride);
    _tile_stored(SUM01, c + DEPTH, t->c_stride);
    if (high > 1) {
        _tile_stored(SUM10, c_below, t->c_stride);
        _tile_stored(SUM11, c_below + DEPTH, t->c_stride);
    }
}

static void block_low(const struct block *t) { block(t, 1); }
static void block_high(const struct block *t) { block(t, 2); }

/* A configuration for each height of A and C: the palette, bytes of a row from byte 16 on, rows from byte 48 on.
 * Kept, not made: without the stores of each call, small products take 4 to 9 % less time. */
#define OF_HEIGHT(h) {1, [16] = 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, [48] = h, h, h, h, h, h, 16, 16}
static alignas(64) const uint8_t configs[ROWS + 1][64] = {
    {0},           OF_HEIGHT(1),  OF_HEIGHT(2),  OF_HEIGHT(3),  OF_HEIGHT(4),  OF_HEIGHT(5),
    OF_HEIGHT(6),  OF_HEIGHT(7),  OF_HEIGHT(8),  OF_HEIGHT(9),  OF_HEIGHT(10), OF_HEIGHT(11),
    OF_HEIGHT(12), OF_HEIGHT(13), OF_HEIGHT(14), OF_HEIGHT(15), OF_HEIGHT(16)};

/* Panels of sixteen columns come in pairs. */
static size_t panel_size(size_t k) { return (k + DEPTH - 1) / DEPTH * TILE; }
static size_t pairs_of(size_t n) { return (n + 2 * LANES - 1) / (2 * LANES); }

/* `rows` rows of C, at most two tiles high, by the pairs of panels p .. end. */
static void run_rows(const struct gemm_args *g, struct block t, size_t first, size_t rows, size_t p, size_t end) {
    alignas(64) uint8_t edge[4 * TILE];
    if (rows < t.height)
        first -= t.height - rows, rows = t.height;
    size_t left = g->m - first - rows, turns = end - p;
    t.a = (const uint8_t *)g->a + first * g->a_stride;
    t.tail = g->k % DEPTH ? (const uint8_t *)g->work + first * DEPTH : NULL;
    t.below = rows - t.height;
    t.b = (const uint8_t *)g->rhs + p * 2 * t.b_stride;
    t.next = t.a + rows * g->a_stride;
    t.next_rows = ((left < rows ? left : rows) + turns - 1) / turns;
    for (; p < end; p++) {
        size_t n = p * 2 * LANES, over = g->n - n < 2 * LANES;
        uint8_t *c = (uint8_t *)g->c + first * g->c_stride + n * 4;
        t.c = over ? edge : c;
        t.c_stride = over ? 2 * DEPTH : g->c_stride;
        (t.below ? block_high : block_low)(&t);
        for (size_t r = 0; over && r < rows; r++)
            memcpy(c + r * g->c_stride, edge + r * t.c_stride, (g->n - n) * 4);
        t.b += 2 * t.b_stride;
        t.next += t.next_rows * g->a_stride;
    }
}

static void copy_tails(const struct gemm_args *g) {
    size_t rest = g->k % DEPTH;
    const uint8_t *from = (const uint8_t *)g->a + g->k - rest;
    for (size_t row = 0; rest && row < g->m; row++)
        _mm512_store_si512((uint8_t *)g->work + row * DEPTH,
                           _mm512_maskz_loadu_epi8((1ull << rest) - 1, from + row * g->a_stride));
}

static void run(const struct gemm_args *g) {
    size_t tiles = (g->m + ROWS - 1) / ROWS, pairs = pairs_of(g->n), height = (g->m + tiles - 1) / tiles;
    struct block t = {.a_stride = g->a_stride, .height = height, .b_stride = panel_size(g->k), .k = g->k};
    size_t part = OF_B / (2 * t.b_stride) + (OF_B < 2 * t.b_stride);
    copy_tails(g);
    _tile_loadconfig(configs[height]);
    for (size_t p = 0; p < pairs; p += part)
        for (size_t first = 0; first < g->m; first += 2 * height)
            run_rows(g, t, first, g->m - first < 2 * height ? g->m - first : 2 * height, p,
                     pairs - p < part ? pairs : p + part);
    _tile_release();
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return pairs_of(n) * 2 * panel_size(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n;
    return k % DEPTH ? m * DEPTH : 0;
}

/* K and N are filled up to whole tiles and pairs. */
static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    uint8_t *panel = rhs;
    memset(rhs, 0, rhs_bytes(0, w->n, w->k));
    for (size_t n = 0; n < w->n; n += LANES, panel += panel_size(w->k))
        panel_pack(panel, (const uint8_t *)w->b + n * w->b_stride, w->b_stride, w->n - n < LANES ? w->n - n : LANES,
                   w->k, LANES, GROUP);
}

const struct gemm_kernel int8_gemm_w8a8__amxint8 = {run, rhs_bytes, work_bytes, pack_rhs};
