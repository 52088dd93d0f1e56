/* float_gemm_fp32 by FMA over 512 bits. Lanes run along N, A is copied to all lanes. */
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__AVX512F__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, NV = 4, NR = 16 * NV, AHEAD = 8 };

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m512 sum[MR][NV];
    const float *b = (const float *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm512_setzero_ps();
    for (size_t i = 0; i < t->k; i++, b += NR) {
        /* a panel outgrows the first cache from K = 128 on, and 256 bytes a step are more than its prefetcher brings */
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm_prefetch((const char *)(b + AHEAD * NR + 16 * j), _MM_HINT_T0);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            __m512 a = _mm512_set1_ps(((const float *)(t->a + r * t->a_stride))[i]);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = _mm512_fmadd_ps(a, _mm512_load_ps(b + 16 * j), sum[r][j]);
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm512_storeu_ps((float *)(t->c + r * t->c_stride) + 16 * j, sum[r][j]);
}
TILES_6(tile)

#include "panels.h"

const struct gemm_kernel float_gemm_fp32__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
