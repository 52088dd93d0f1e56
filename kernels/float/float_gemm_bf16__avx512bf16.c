/* float_gemm_bf16 by vdpbf16ps: pairs along K, sums in floats. Numbers below the normal floats count as zero, and a
 * pair's products are rounded apart. */
#include "../pack/panel.h"
#include "../pack/walk.h"
#include <immintrin.h>
#if !defined(__AVX512BF16__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, NV = 4, NR = 16 * NV, GROUP = 4, AHEAD = 8 };

TILE_INLINE step(__m512 sum[MR][NV], size_t r, uint32_t pair, const __m512i *b) {
    __m512bh a = (__m512bh)_mm512_set1_epi32((int)pair);
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        sum[r][j] = _mm512_dpbf16_ps(sum[r][j], a, (__m512bh)b[j]);
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m512 sum[MR][NV];
    const __m512i *b = (const __m512i *)t->panel;
    size_t bytes = 2 * t->k, i = 0;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_setzero_ps();
#pragma clang loop unroll(disable)
    for (; i + GROUP <= bytes; i += GROUP, b += NV) {
        /* 256 bytes a step are more than the prefetcher of the first cache brings */
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm_prefetch((const char *)(b + AHEAD * NV + j), _MM_HINT_T0);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(sum, r, load_u32(t->a + r * t->a_stride + i), b);
    }
    if (i < bytes) /* one element */
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(sum, r, *(const uint16_t *)(t->a + r * t->a_stride + i), b);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm512_storeu_ps((float *)(t->c + r * t->c_stride) + 16 * j, sum[r][j]);
}
TILE_PAIR(tile)

#include "halves.h"

const struct gemm_kernel float_gemm_bf16__avx512bf16 = {run, rhs_bytes, work_bytes, pack_rhs};
