/* int8_gemm_w8a8 in plain C: columns side by side, in the compiler's own vectors where the base of the target has
 * some. B is widened to 16 bits when it is packed. */
#include "../pack/panel.h"
#include "../pack/tiles.h"

#if defined(__SSE2__) || defined(__ARM_NEON)
typedef int16_t narrow __attribute__((vector_size(8)));
typedef int32_t wide __attribute__((vector_size(16)));
enum { LANES = 4, MR = 4, NV = 2 };
#define COPY(a) {a, a, a, a}
#define WIDEN(x) __builtin_convertvector(x, wide)
#else
typedef int16_t narrow;
typedef int32_t wide;
enum { LANES = 1, MR = 2, NV = 4 }; /* 8 sums, 4 of B and 1 of A in general registers */
#define COPY(a) a
#define WIDEN(x) (wide)(x)
#endif
enum { NR = LANES * NV };

static size_t bytes_of_panel(size_t k) { return k * NR * sizeof(int16_t); }

TILE_INLINE tile(const struct tile *t, size_t mr) {
    wide sum[MR][NV];
    memset(sum, 0, sizeof sum);
    const narrow *b = (const narrow *)t->panel;
    for (size_t i = 0; i < t->k; i++, b += NV)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            int16_t one = (int8_t)t->a[r * t->a_stride + i];
            narrow a = COPY(one);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] += WIDEN(a) * WIDEN(b[j]);
        }
    for (size_t r = 0; r < mr; r++)
        memcpy(t->c + r * t->c_stride, sum[r], sizeof sum[r]);
}
#if defined(__SSE2__) || defined(__ARM_NEON)
TILES_4(tile)
#else
TILES_2(tile)
#endif

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, NR, bytes_of_panel(g->k), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * bytes_of_panel(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    int16_t *out = rhs;
    memset(out, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        for (size_t i = 0; i < w->k; i++)
            out[(column / NR * w->k + i) * NR + column % NR] = row[i];
    }
}

const struct gemm_kernel int8_gemm_w8a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
