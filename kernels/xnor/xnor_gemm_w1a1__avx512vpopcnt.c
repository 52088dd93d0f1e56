/* xnor_gemm_w1a1 by vpopcntd and carry-save adders.
 *
 * The first word of K is the adder's sum at once, so an even number of words leaves the last one over, to be counted
 * as it is: one operation less than an adder that has nothing to add to. */
#include "carry512.h"

/* 4 x 2 x (sum bits + count) = 16 registers, 4 of B, the rest for A and the adder; wider tiles spill. */
enum { MR = 4, NV = 2, NR = 16 * NV };
/* Half of the nearest cache for panels of B: every row of A then meets all panels of a block, and C is written in
 * runs long enough for the prefetcher. */
enum { BLOCK_BYTES = 24 << 10 };
#define FULLY _Pragma("clang loop unroll(full)")
#define EACH_PAIR FULLY for (size_t r = 0; r < mr; r++) FULLY for (size_t j = 0; j < NV; j++)

/* A few rows of A against the panels of one block. */
struct strip {
    const uint8_t *a;
    size_t a_stride;
    const uint8_t *panels;
    uint8_t *c;
    size_t c_stride, n, k;
};

static inline __m512i word_of(const struct strip *s, size_t r, size_t i) {
    return _mm512_set1_epi32((int)load_u32(s->a + r * s->a_stride + 4 * i));
}

TILE_INLINE add_two(struct pair pairs[MR][NV], const struct strip *s, size_t i, const __m512i *b, size_t mr) {
    FULLY for (size_t r = 0; r < mr; r++) {
        __m512i a1 = word_of(s, r, i), a2 = word_of(s, r, i + 1);
        FULLY for (size_t j = 0; j < NV; j++) pair_add(&pairs[r][j], a1, a2, b[j], b[NV + j]);
    }
}

TILE_INLINE sum_up(struct pair pairs[MR][NV], const struct strip *s, const __m512i *b, size_t mr) {
    size_t words = (s->k + 31) / 32, i = 1;
    __m512i quarter = pair_quarter(s->k);
    EACH_PAIR {
        pairs[r][j].sum = _mm512_xor_si512(word_of(s, r, 0), b[j]);
        pairs[r][j].count = quarter;
    }
    b += NV;
    /* two steps: sum bits change registers without a copy; few rows are not worth the room */
    for (; mr == MR && i + 4 <= words; i += 4, b += 4 * NV) {
        add_two(pairs, s, i, b, mr);
        add_two(pairs, s, i + 2, b + 2 * NV, mr);
    }
    while (i + 2 <= words) {
        add_two(pairs, s, i, b, mr);
        i += 2, b += 2 * NV;
        if (mr == MR)
            break;
    }
    EACH_PAIR pairs[r][j].count = pair_last(&pairs[r][j]);
    if (i < words)
        EACH_PAIR {
            __m512i last = _mm512_popcnt_epi32(_mm512_xor_si512(word_of(s, r, i), b[j]));
            pairs[r][j].count = _mm512_sub_epi32(pairs[r][j].count, last);
        }
    EACH_PAIR pairs[r][j].count = _mm512_add_epi32(pairs[r][j].count, pairs[r][j].count);
    if (s->k % 64) {
        __m512i excess = pair_excess(s->k);
        EACH_PAIR pairs[r][j].count = _mm512_sub_epi32(pairs[r][j].count, excess);
    }
}

TILE_INLINE strip(const struct strip *given, size_t mr) {
    const struct strip s = *given; /* stores to C could change what a pointer leads to */
    const uint8_t *panel = s.panels;
    for (size_t n = 0; n < s.n; n += NR, panel += panel_bytes(bits_row_bytes(s.k), NR, 4)) {
        struct pair pairs[MR][NV];
        sum_up(pairs, &s, (const __m512i *)panel, mr);
        uint8_t *c = s.c + 4 * n;
        if (s.n - n >= NR) {
            EACH_PAIR _mm512_storeu_si512(c + r * s.c_stride + 64 * j, pairs[r][j].count);
            continue;
        }
        uint32_t columns = (1u << (s.n - n)) - 1;
        EACH_PAIR _mm512_mask_storeu_epi32(c + r * s.c_stride + 64 * j, (__mmask16)(columns >> 16 * j),
                                           pairs[r][j].count);
    }
}
static void strip_1(const struct strip *s) { strip(s, 1); }
static void strip_2(const struct strip *s) { strip(s, 2); }
static void strip_4(const struct strip *s) { strip(s, 4); }

static void run(const struct gemm_args *g) {
    size_t panel = panel_bytes(bits_row_bytes(g->k), NR, 4);
    size_t block = panel < BLOCK_BYTES ? BLOCK_BYTES / panel * NR : NR;
    struct strip s = {.a_stride = g->a_stride, .panels = g->rhs, .c_stride = g->c_stride, .k = g->k};
    for (size_t n = 0; n < g->n; n += block, s.panels += block / NR * panel) {
        s.n = g->n - n < block ? g->n - n : block;
        for (size_t m = 0, rows; m < g->m; m += rows) {
            size_t left = g->m - m;
            rows = left >= MR ? MR : left >= 2 ? 2 : 1;
            s.a = (const uint8_t *)g->a + m * g->a_stride;
            s.c = (uint8_t *)g->c + m * g->c_stride + 4 * n;
            (rows == MR ? strip_4 : rows == 2 ? strip_2 : strip_1)(&s);
        }
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), NR, 4);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), NR, 4);
}

const struct gemm_kernel xnor_gemm_w1a1__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
