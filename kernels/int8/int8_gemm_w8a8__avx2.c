/* int8_gemm_w8a8 by vpmaddwd: both sides widened to 16 bits, pairs of K summed by the multiplication.
 *
 * vpmaddubsw would take bytes, but its 16-bit sums saturate over our full range. B is widened when it is packed,
 * A in run(), into work. */
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, NV = 2, NR = 8 * NV };

static size_t even(size_t k) { return (k + 1) / 2 * 2; }

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m256i sum[MR][NV];
    const __m256i *b = (const __m256i *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm256_setzero_si256();
    for (size_t i = 0; i < t->k; i += 2, b += NV)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            __m256i a = _mm256_set1_epi32((int)load_u32(t->a + r * t->a_stride + 2 * i));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = _mm256_add_epi32(sum[r][j], _mm256_madd_epi16(a, b[j]));
        }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm256_storeu_si256((__m256i *)(t->c + r * t->c_stride + 32 * j), sum[r][j]);
}
TILES_6(tile)

static void widen_row(int16_t *to, const int8_t *from, size_t k) {
    size_t i = 0;
    for (; i + 16 <= k; i += 16)
        _mm256_storeu_si256((__m256i *)(to + i), _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(from + i))));
    for (; i < k; i++)
        to[i] = from[i];
    if (k % 2)
        to[k] = 0;
}

static void run(const struct gemm_args *g) {
    size_t k = even(g->k);
    int16_t *wide = g->work;
    for (size_t m = 0; m < g->m; m++)
        widen_row(wide + m * k, (const int8_t *)g->a + m * g->a_stride, g->k);
    tiles_run(g, wide, 2 * k, MR, NR, 2 * k * NR, tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * NR * even(k) * 2;
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n;
    return m * even(k) * 2;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    int16_t *out = rhs;
    memset(out, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        int16_t *lane = out + column / NR * even(w->k) * NR + column % NR * 2;
        for (size_t i = 0; i < w->k; i++)
            lane[i / 2 * 2 * NR + i % 2] = row[i];
    }
}

const struct gemm_kernel int8_gemm_w8a8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
