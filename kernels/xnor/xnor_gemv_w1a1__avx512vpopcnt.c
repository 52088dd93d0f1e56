/* xnor_gemv_w1a1 by vpopcntd and carry-save adders, as fast as B comes in: B is read once, from its first byte to its
 * last. */
#include "carry512.h"

/* Most of B lies in panels of 4 vectors, so that a word of A is loaded once for 4 of B; what is left of N in single
 * vectors. Far enough ahead to hide the way from the third cache. */
enum { WIDE = 4, LANES = 16, AHEAD_BYTES = 4096 };
#define FULLY _Pragma("clang loop unroll(full)")
#define EACH_PAIR FULLY for (size_t j = 0; j < nv; j++)

TILE_INLINE panel_dot(const struct gemm_args *g, size_t n, size_t nv) {
    const __m512i *b = (const __m512i *)g->rhs + n / LANES * (bits_row_bytes(g->k) / 4);
    const uint8_t *a = g->a;
    struct pair pairs[WIDE];
    EACH_PAIR pairs[j] = (struct pair){_mm512_setzero_si512(), pair_quarter(g->k)};
    for (const uint8_t *end = a + bits_row_bytes(g->k); a < end; a += 8, b += 2 * nv) {
        __m512i a1 = _mm512_set1_epi32((int)load_u32(a)), a2 = _mm512_set1_epi32((int)load_u32(a + 4));
        EACH_PAIR {
            _mm_prefetch((const char *)(b + j) + AHEAD_BYTES, _MM_HINT_T0);
            _mm_prefetch((const char *)(b + nv + j) + AHEAD_BYTES, _MM_HINT_T0);
            pair_add(&pairs[j], a1, a2, b[j], b[nv + j]);
        }
    }
    EACH_PAIR {
        __m512i half = pair_last(&pairs[j]);
        __m512i dot = _mm512_sub_epi32(_mm512_add_epi32(half, half), pair_excess(g->k));
        size_t first = n + j * LANES, left = g->n - first;
        __mmask16 columns = left < LANES ? (__mmask16)((1u << left) - 1) : 0xffff;
        _mm512_mask_storeu_epi32((int32_t *)g->c + first, columns, dot);
    }
}

static size_t wide_columns(size_t n) { return n / (WIDE * LANES) * (WIDE * LANES); }

static void run(const struct gemm_args *g) {
    size_t n = 0;
    for (; n < wide_columns(g->n); n += WIDE * LANES)
        panel_dot(g, n, WIDE);
    for (; n < g->n; n += LANES)
        panel_dot(g, n, 1);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), LANES, 4);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t bytes = bits_row_bytes(w->k), wide = wide_columns(w->n);
    panel_pack(rhs, w->b, w->b_stride, wide, bytes, WIDE * LANES, 4);
    panel_pack((uint8_t *)rhs + wide * bytes, (const uint8_t *)w->b + wide * w->b_stride, w->b_stride, w->n - wide,
               bytes, LANES, 4);
}

const struct gemm_kernel xnor_gemv_w1a1__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
