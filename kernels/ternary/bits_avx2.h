/* terna1 without a vector popcount: 2 vector operations for 2 weights of 32 columns.
 *
 * Two weights have 9 values and two signs of A four, so the signs choose a table for vpshufb and the weights are what
 * it looks up: table[a][w] = 2 - dot, 0 .. 4. The bytes add up to 2 * pairs - dot. B is packed as PER_BYTE (1 or 2)
 * pairs a byte; A is spread in run() to table offsets, one byte a pair. Expects MR, NV and PER_BYTE. */
#ifndef TERNARY_BITS_AVX2_H
#define TERNARY_BITS_AVX2_H
#include "../pack/walk.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 32 * NV };
/* A byte takes 62 pairs of at most 4; 16 bits then take 264 such rounds. */
enum { ROUND = 62, ROUNDS = 264 };

/* Weights w0 + 3 * w1 + 4; signs s0, s1. */
#define TABLE_ROW(s0, s1)                                                                                              \
    {2 + s0 + s1, 2 + s1, 2 - s0 + s1, 2 + s0, 2, 2 - s0, 2 + s0 - s1, 2 - s1, 2 - s0 - s1}

static const _Alignas(16) uint8_t table[4][16] = {TABLE_ROW(1, 1), TABLE_ROW(-1, 1), TABLE_ROW(1, -1),
                                                  TABLE_ROW(-1, -1)};

/* Always an even number. */
static size_t pairs(size_t k) { return (k + 3) / 4 * 2; }

/* 16-bit sums of the even and the odd columns of a vector. */
struct wide {
    __m256i even, odd;
};

/* The pairs of a byte, for one row. */
TILE_INLINE look_up(__m256i sum[NV], const uint8_t *offsets, __m256i index[PER_BYTE][NV]) {
#pragma clang loop unroll(full)
    for (size_t p = 0; p < PER_BYTE; p++) {
        const __m128i *entry = (const __m128i *)(&table[0][0] + offsets[p]);
        __m256i costs = _mm256_broadcastsi128_si256(_mm_load_si128(entry));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[j] = _mm256_add_epi8(sum[j], _mm256_shuffle_epi8(costs, index[p][j]));
    }
}

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, struct wide wide[MR * NV]) {
    __m256i sum[MR][NV], done[MR * NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm256_setzero_si256();
    const __m256i *b = (const __m256i *)t->panel + begin / PER_BYTE * NV;
    for (size_t i = begin; i < end; i += PER_BYTE, b += NV) {
        __m256i index[PER_BYTE][NV];
#pragma clang loop unroll(full)
        for (int p = 0; p < PER_BYTE; p++)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                index[p][j] = PER_BYTE == 1
                                  ? b[j]
                                  : _mm256_and_si256(_mm256_srli_epi16(b[j], 4 * p), _mm256_set1_epi8(15));
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            look_up(sum[r], t->a + r * t->a_stride + i, index);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            done[r * NV + j] = sum[r][j];
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < mr * NV; i++) {
        wide[i].even = _mm256_add_epi16(wide[i].even, _mm256_and_si256(done[i], _mm256_set1_epi16(0xff)));
        wide[i].odd = _mm256_add_epi16(wide[i].odd, _mm256_srli_epi16(done[i], 8));
    }
}

/* 8 columns of C: start - cost, where start is 2 * pairs at first and what C holds after that. */
static inline void store8(int32_t *c, __m128i cost, const int32_t *twice) {
    __m256i start = twice ? _mm256_set1_epi32(*twice) : _mm256_loadu_si256((const __m256i *)c);
    _mm256_storeu_si256((__m256i *)c, _mm256_sub_epi32(start, _mm256_cvtepu16_epi32(cost)));
}

static __attribute__((noinline)) void store(const struct tile *t, size_t mr, const struct wide *wide,
                                            const int32_t *twice) {
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < mr * NV; i++, wide++) {
        int32_t *c = (int32_t *)(t->c + i / NV * t->c_stride) + i % NV * 32;
        /* unpacking works in each half: low = columns 0..7 and 16..23, high = 8..15 and 24..31 */
        __m256i low = _mm256_unpacklo_epi16(wide->even, wide->odd);
        __m256i high = _mm256_unpackhi_epi16(wide->even, wide->odd);
        store8(c, _mm256_castsi256_si128(low), twice);
        store8(c + 8, _mm256_castsi256_si128(high), twice);
        store8(c + 16, _mm256_extracti128_si256(low, 1), twice);
        store8(c + 24, _mm256_extracti128_si256(high, 1), twice);
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t count = pairs(t->k);
    int32_t twice = (int32_t)(2 * count);
    for (size_t i = 0; i < count;) {
        struct wide wide[MR * NV];
        const int32_t *start = i == 0 ? &twice : NULL;
        memset(wide, 0, sizeof wide);
        for (size_t rounds = 0; rounds < ROUNDS && i < count; rounds++) {
            size_t end = i + ROUND < count ? i + ROUND : count;
            round_of(t, mr, i, end, wide);
            i = end;
        }
        store(t, mr, wide, start);
    }
}
TILE_PAIR(tile)

static void spread_row(uint8_t *offsets, const uint8_t *bits, size_t count) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        /* pair p of a byte goes to bits 4 and 5 of byte p */
        uint32_t x = bits[i / 4], spread = x << 4 | x << 10 | x << 16 | x << 22;
        spread &= 0x30303030u;
        memcpy(offsets + i, &spread, 4);
    }
    for (; i < count; i++)
        offsets[i] = (uint8_t)((bits[i / 4] >> (i % 4 * 2) & 3) << 4);
}

static void run(const struct gemm_args *g) {
    size_t count = pairs(g->k);
    uint8_t *offsets = g->work;
    for (size_t m = 0; m < g->m; m++)
        spread_row(offsets + m * count, (const uint8_t *)g->a + m * g->a_stride, count);
    pair_run(&tile_pair, g, offsets, count, count / PER_BYTE * NR);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + NR - 1) / NR * NR * (pairs(k) / PER_BYTE);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)n;
    return m * pairs(k);
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t count = pairs(w->k);
    uint8_t *out = rhs;
    memset(out, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        uint8_t *lane = out + column / NR * (count / PER_BYTE) * NR + column % NR;
        for (size_t i = 0; i < count; i++) {
            int pair = 4;
            if (2 * i < w->k)
                pair += row[2 * i] + (2 * i + 1 < w->k ? 3 * row[2 * i + 1] : 0);
            lane[i / PER_BYTE * NR] |= (uint8_t)(pair << (i % PER_BYTE * 4));
        }
    }
}
#endif
