/* float_gemm_fp32 by FMA over 256 bits. Lanes run along N, A is copied to all lanes. */
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__FMA__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, NV = 2, NR = 8 * NV };

TILE_INLINE tile(const struct tile *t, size_t mr) {
    __m256 sum[MR][NV];
    const float *b = (const float *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm256_setzero_ps();
    for (size_t i = 0; i < t->k; i++, b += NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            __m256 a = _mm256_set1_ps(((const float *)(t->a + r * t->a_stride))[i]);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = _mm256_fmadd_ps(a, _mm256_load_ps(b + 8 * j), sum[r][j]);
        }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            _mm256_storeu_ps((float *)(t->c + r * t->c_stride) + 8 * j, sum[r][j]);
}
TILES_6(tile)

#include "panels.h"

const struct gemm_kernel float_gemm_fp32__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
