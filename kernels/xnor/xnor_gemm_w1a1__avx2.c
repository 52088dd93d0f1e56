/* xnor_gemm_w1a1 without a vector popcount: 4 vector operations for 256 bits.
 *
 * A is one nibble for a whole vector of columns, so the table of vpshufb is chosen by A's nibble:
 * table[a][b] = popcount(a ^ b). One shuffle is xor and popcount at once, one byte add sums it. B is packed as
 * nibbles, one a byte; A is spread in run() to table offsets, one byte a nibble. */
#include "../pack/one_row.h"
#include "../pack/panel.h"
#include "nibbles.h"

enum { MR = 6, NV = 2, NR = 32 * NV };
/* A byte takes 63 nibbles of at most 4; 16 bits then take 259 such rounds. */
enum { ROUND = 63, ROUNDS = 259 };

static size_t nibbles(size_t k) { return (k + 3) / 4; }

/* 16-bit sums of the even and the odd columns of each vector. */
struct wide {
    __m256i even[MR][NV], odd[MR][NV];
};

/* One round: at most ROUND nibbles into byte sums, then those into the 16-bit ones. */
TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, struct wide *wide) {
    __m256i sum[MR][NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm256_setzero_si256();
    const __m256i *b = (const __m256i *)t->panel + begin * NV;
    const uint8_t *base = &table[0][0];
    for (size_t i = begin; i < end; i++, b += NV)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            const __m128i *entry = (const __m128i *)(base + t->a[r * t->a_stride + i]);
            __m256i counts = _mm256_broadcastsi128_si256(_mm_load_si128(entry));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = _mm256_add_epi8(sum[r][j], _mm256_shuffle_epi8(counts, b[j]));
        }
    const __m256i low = _mm256_set1_epi16(0xff);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            wide->even[r][j] = _mm256_add_epi16(wide->even[r][j], _mm256_and_si256(sum[r][j], low));
            wide->odd[r][j] = _mm256_add_epi16(wide->odd[r][j], _mm256_srli_epi16(sum[r][j], 8));
        }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t count = nibbles(t->k);
    int32_t k = (int32_t)t->k;
    for (size_t i = 0; i < count;) {
        struct wide wide;
        const int32_t *start = i == 0 ? &k : NULL;
        memset(&wide, 0, sizeof wide);
        for (size_t rounds = 0; rounds < ROUNDS && i < count; rounds++) {
            size_t end = i + ROUND < count ? i + ROUND : count;
            round_of(t, mr, i, end, &wide);
            i = end;
        }
#pragma clang loop unroll(disable)
        for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(disable)
            for (size_t j = 0; j < NV; j++)
                store32((int32_t *)(t->c + r * t->c_stride) + 32 * j, wide.even[r][j], wide.odd[r][j], start);
    }
}
TILES_1_OR_6(tile)

static __attribute__((noinline)) void spread_row(uint8_t *offsets, const uint8_t *bits, size_t count) {
    const __m256i mask = _mm256_set1_epi8((char)0xf0);
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        __m256i x = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(bits + i / 2)));
        /* byte b becomes (b << 4 & 0xf0) below (b & 0xf0): nibble times 16 = offset of a row of the table */
        x = _mm256_or_si256(_mm256_slli_epi16(x, 4), _mm256_slli_epi16(x, 8));
        _mm256_storeu_si256((__m256i *)(offsets + i), _mm256_and_si256(x, mask));
    }
#pragma clang loop vectorize(disable) unroll(disable)
    for (; i < count; i++)
        offsets[i] = (uint8_t)(i % 2 ? bits[i / 2] & 0xf0 : bits[i / 2] << 4);
}

static void run(const struct gemm_args *g) {
    size_t count = nibbles(g->k);
    uint8_t *offsets = g->work;
    for (size_t m = 0; m < g->m; m++)
        spread_row(offsets + m * count, (const uint8_t *)g->a + m * g->a_stride, count);
    tiles_run(g, offsets, count, MR, NR, count * NR, tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, nibbles(k), NR, 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n;
    return m * nibbles(k);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t count = nibbles(w->k);
    uint8_t *out = rhs;
    memset(out, 0, panels_bytes(w->n, count, NR, 1));
    for (size_t column = 0; column < w->n; column++) {
        const uint8_t *bits = (const uint8_t *)w->b + column * w->b_stride;
        uint8_t *lane = out + column / NR * count * NR + column % NR;
        for (size_t i = 0; i < count; i++)
            lane[i * NR] = (uint8_t)(bits[i / 2] >> (i % 2 * 4) & 15);
    }
}

const struct gemm_kernel xnor_gemm_w1a1__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
