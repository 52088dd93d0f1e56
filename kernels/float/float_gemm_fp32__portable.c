/* float_gemm_fp32 in plain C: columns side by side, so that a compiler can put them in whatever vectors the base of
 * the target has. */
#include "../pack/tiles.h"

enum { MR = 2, NR = 8 };

TILE_INLINE tile(const struct tile *t, size_t mr) {
    float sum[MR][NR] = {{0}};
    const float *b = (const float *)t->panel;
    for (size_t i = 0; i < t->k; i++, b += NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            float a = ((const float *)(t->a + r * t->a_stride))[i];
            for (size_t j = 0; j < NR; j++)
                sum[r][j] += a * b[j];
        }
    for (size_t r = 0; r < mr; r++)
        memcpy(t->c + r * t->c_stride, sum[r], sizeof sum[r]);
}
TILES_2(tile)

#include "panels.h"

const struct gemm_kernel float_gemm_fp32__portable = {run, rhs_bytes, work_bytes, pack_rhs};
