/* int8_gemm_w8a8 by vpdpbusd, which multiplies unsigned bytes with signed ones.
 *
 * The weights are the unsigned side: packed as w + 128. So A stays where the layer before left it, and
 * a.w = a.(w + 128) - 128 * sum(a); the sums of the rows of A are made once, in work. */
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__AVX512VNNI__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, NV = 4, NR = 16 * NV, GROUP = 4, AHEAD = 8 };

TILE_INLINE step(__m512i sum[MR][NV], size_t r, uint32_t a4, const __m512i *b) {
    __m512i a = _mm512_set1_epi32((int)a4);
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], b[j], a);
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m512i sum[MR][NV];
    const __m512i *b = (const __m512i *)t->panel;
    const int32_t *offset = (const int32_t *)t->work + t->row;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_set1_epi32(offset[r]);
    size_t i = 0;
    for (; i + GROUP <= t->k; i += GROUP, b += NV) {
        /* a panel outgrows the first cache from K = 512 on */
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm_prefetch((const char *)(b + AHEAD * NV + j), _MM_HINT_T0);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(sum, r, load_u32(t->a + r * t->a_stride + i), b);
    }
    if (i < t->k)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(sum, r, load_u32_tail(t->a + r * t->a_stride + i, t->k - i), b);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm512_storeu_si512(t->c + r * t->c_stride + 64 * j, sum[r][j]);
}
TILES_6(tile)

/* -128 * sum of one row of A: what the offset of the weights adds too much. */
static int32_t row_offset(const uint8_t *a, size_t k) {
    __m512i sum = _mm512_setzero_si512(), ones = _mm512_set1_epi8(1);
    for (size_t i = 0; i < k; i += 64) {
        __mmask64 inside = k - i < 64 ? (1ull << (k - i)) - 1 : ~0ull;
        sum = _mm512_dpbusd_epi32(sum, ones, _mm512_maskz_loadu_epi8(inside, a + i));
    }
    return -128 * _mm512_reduce_add_epi32(sum);
}

static void run(const struct gemm_args *g) {
    int32_t *offset = g->work;
    for (size_t m = 0; m < g->m; m++)
        offset[m] = row_offset((const uint8_t *)g->a + m * g->a_stride, g->k);
    tiles_run(g, g->a, g->a_stride, MR, NR, panel_bytes(g->k, NR, GROUP), tile_fns);
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
