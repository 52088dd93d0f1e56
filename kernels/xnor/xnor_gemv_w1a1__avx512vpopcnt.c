/* xnor_gemv_w1a1 by vpopcntd and carry-save adders, as fast as B comes in: B is read once, in four streams, which is
 * what the read loops need to reach the bandwidth of the caches behind the first. */
#include "carry512.h"

/* A panel is one vector of columns. A quarter of all panels apart lie those that share a word of A. The prefetch takes a
 * stream over the edge of a page, where the hardware's own begins anew. */
enum { LANES = 16, STREAMS = 4, AHEAD_BYTES = 2048 };
#define FULLY _Pragma("clang loop unroll(full)")
#define EACH_PAIR FULLY for (size_t j = 0; j < STREAMS; j++)

/* Of a quarter; panels behind N fill the last one up. */
static size_t quarter(size_t n) { return (n + STREAMS * LANES - 1) / (STREAMS * LANES); }

TILE_INLINE panel_dot(const struct gemm_args *g, size_t panel, size_t apart) {
    const size_t vectors = bits_row_bytes(g->k) / 4;
    const __m512i *b = (const __m512i *)g->rhs + panel * vectors;
    const uint8_t *a = g->a;
    struct pair pairs[STREAMS];
    EACH_PAIR pairs[j] = (struct pair){_mm512_setzero_si512(), pair_quarter(g->k)};
    for (const uint8_t *end = a + bits_row_bytes(g->k); a < end; a += 8, b += 2) {
        __m512i a1 = _mm512_set1_epi32((int)load_u32(a)), a2 = _mm512_set1_epi32((int)load_u32(a + 4));
        EACH_PAIR {
            const __m512i *at = b + j * apart * vectors;
            _mm_prefetch((const char *)at + AHEAD_BYTES, _MM_HINT_T0);
            _mm_prefetch((const char *)(at + 1) + AHEAD_BYTES, _MM_HINT_T0);
            pair_add(&pairs[j], a1, a2, at[0], at[1]);
        }
    }
    EACH_PAIR {
        __m512i half = pair_last(&pairs[j]);
        __m512i dot = _mm512_sub_epi32(_mm512_add_epi32(half, half), pair_excess(g->k));
        size_t first = (panel + j * apart) * LANES, left = first < g->n ? g->n - first : 0;
        __mmask16 columns = left < LANES ? (__mmask16)((1u << left) - 1) : 0xffff;
        _mm512_mask_storeu_epi32((int32_t *)g->c + first, columns, dot);
    }
}

static void run(const struct gemm_args *g) {
    const size_t apart = quarter(g->n);
    for (size_t panel = 0; panel < apart; panel++)
        panel_dot(g, panel, apart);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(quarter(n) * STREAMS * LANES, bits_row_bytes(k), LANES, 4);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    memset(rhs, 0, rhs_bytes(1, w->n, w->k));
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), LANES, 4);
}

const struct gemm_kernel xnor_gemv_w1a1__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
