/* xnor_gemv_w1a1 without a vector popcount: B stays one bit a weight, since reading it is what takes the time.
 *
 * Lanes run along N, 8 bits of K each; a nibble of A chooses the table for the same nibble of a whole vector of
 * columns. 7 vector operations for 256 bits. */
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include "nibbles.h"

/* Most of B lies in panels of 4 vectors, so that tables are loaded once for 4 of B; what is left of N in single
 * vectors. Far enough ahead to hide the way from the third cache. */
enum { WIDE = 4, LANES = 32, AHEAD_BYTES = 4096 };
/* A byte takes 31 counts of at most 8; 16 bits then take 264 such rounds. */
enum { ROUND = 31, ROUNDS = 264 };
#define FULLY _Pragma("clang loop unroll(full)")
#define EACH_VECTOR FULLY for (size_t j = 0; j < nv; j++)

/* 16-bit sums of the even and the odd columns of each vector. */
struct wide {
    __m256i even[WIDE], odd[WIDE];
};

TILE_INLINE round_of(const struct tile *t, size_t nv, size_t begin, size_t end, struct wide *wide) {
    const __m256i low = _mm256_set1_epi8(15), *b = (const __m256i *)t->panel + begin * nv;
    __m256i sum[WIDE];
    EACH_VECTOR sum[j] = _mm256_setzero_si256();
    for (size_t i = begin; i < end; i++, b += nv) {
        __m256i first = nibble_counts(t->a[i] & 15), second = nibble_counts(t->a[i] >> 4);
        EACH_VECTOR {
            if (j % 2 == 0)
                _mm_prefetch((const char *)(b + j) + AHEAD_BYTES, _MM_HINT_T0);
            __m256i x = _mm256_shuffle_epi8(first, _mm256_and_si256(b[j], low));
            __m256i y = _mm256_shuffle_epi8(second, _mm256_and_si256(_mm256_srli_epi16(b[j], 4), low));
            sum[j] = _mm256_add_epi8(sum[j], _mm256_add_epi8(x, y));
        }
    }
    EACH_VECTOR {
        wide->even[j] = _mm256_add_epi16(wide->even[j], _mm256_and_si256(sum[j], _mm256_set1_epi16(0xff)));
        wide->odd[j] = _mm256_add_epi16(wide->odd[j], _mm256_srli_epi16(sum[j], 8));
    }
}

static size_t row_bytes(size_t k) { return (k + 7) / 8; }

TILE_INLINE tile(const struct tile *t, size_t nv) {
    size_t count = row_bytes(t->k);
    int32_t k = (int32_t)t->k;
    for (size_t i = 0; i < count;) {
        struct wide wide;
        const int32_t *start = i == 0 ? &k : NULL;
        memset(&wide, 0, sizeof wide);
        for (size_t rounds = 0; rounds < ROUNDS && i < count; rounds++) {
            size_t end = i + ROUND < count ? i + ROUND : count;
            round_of(t, nv, i, end, &wide);
            i = end;
        }
        EACH_VECTOR store32((int32_t *)t->c + LANES * j, wide.even[j], wide.odd[j], start);
    }
}
static void tile_wide(const struct tile *t) { tile(t, WIDE); }
static __attribute__((noinline)) void tile_narrow(const struct tile *t) { tile(t, 1); }
static tile_fn *const wide_fns[] = {NULL, tile_wide}, *const narrow_fns[] = {NULL, tile_narrow};

static size_t wide_columns(size_t n) { return n / (WIDE * LANES) * (WIDE * LANES); }

static void run(const struct gemm_args *g) {
    size_t bytes = row_bytes(g->k), wide = wide_columns(g->n);
    struct gemm_args part = *g;
    part.n = wide;
    tiles_run(&part, g->a, g->a_stride, 1, WIDE * LANES, panel_bytes(bytes, WIDE * LANES, 1), wide_fns);
    part.n = g->n - wide;
    part.rhs = (const uint8_t *)g->rhs + wide * bytes;
    part.c = (int32_t *)g->c + wide;
    tiles_run(&part, g->a, g->a_stride, 1, LANES, panel_bytes(bytes, LANES, 1), narrow_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, row_bytes(k), LANES, 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t bytes = row_bytes(w->k), wide = wide_columns(w->n);
    panel_pack(rhs, w->b, w->b_stride, wide, bytes, WIDE * LANES, 1);
    panel_pack((uint8_t *)rhs + wide * bytes, (const uint8_t *)w->b + wide * w->b_stride, w->b_stride, w->n - wide,
               bytes, LANES, 1);
}

const struct gemm_kernel xnor_gemv_w1a1__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
