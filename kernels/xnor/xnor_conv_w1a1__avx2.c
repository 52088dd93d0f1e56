/* xnor_conv_w1a1 without a vector popcount: 4 vector operations for 256 bits.
 *
 * A is one nibble for a whole vector of columns, so the table of vpshufb is chosen by A's nibble:
 * table[a][b] = popcount(a ^ b). One shuffle is xor and popcount at once, one byte add sums it. B is packed as
 * nibbles, one a byte; the copy of the map holds offsets into the table, one byte a nibble. */
#include "conv_form.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 6, NV = 2, NR = 32 * NV, NIBBLES = 16 /* of a word */ };
/* A byte takes 63 nibbles of at most 4: 3 words. 16 bits take the counts of MAX_WORDS. */
enum { ROUND = 3 * NIBBLES, MAX_WORDS = 1022 };

#define POP(a, b) __builtin_popcount((a) ^ (b))
#define TABLE_ROW(a)                                                                                                   \
    {POP(a, 0), POP(a, 1), POP(a, 2),  POP(a, 3),  POP(a, 4),  POP(a, 5),  POP(a, 6),  POP(a, 7),                      \
     POP(a, 8), POP(a, 9), POP(a, 10), POP(a, 11), POP(a, 12), POP(a, 13), POP(a, 14), POP(a, 15)}

static const _Alignas(16) uint8_t table[16][16] = {
    TABLE_ROW(0), TABLE_ROW(1), TABLE_ROW(2),  TABLE_ROW(3),  TABLE_ROW(4),  TABLE_ROW(5),  TABLE_ROW(6),  TABLE_ROW(7),
    TABLE_ROW(8), TABLE_ROW(9), TABLE_ROW(10), TABLE_ROW(11), TABLE_ROW(12), TABLE_ROW(13), TABLE_ROW(14),
    TABLE_ROW(15)};

/* 16-bit sums of the even and the odd columns of each vector. */
struct wide {
    __m256i even[MR][NV], odd[MR][NV];
};

/* Up to 3 words of a line of taps into byte sums, then those into the 16-bit ones. */
TILE_INLINE round_of(const uint8_t *const a[MR], size_t mr, const uint8_t *panel, size_t begin, size_t end,
                     struct wide *wide) {
    __m256i sum[MR][NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = _mm256_setzero_si256();
    const __m256i *b = (const __m256i *)panel;
    const uint8_t *base = &table[0][0];
    for (size_t i = begin; i < end; i++, b += NV)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            __m256i counts = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(base + a[r][i])));
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

static inline void store8(int32_t *sums, const int32_t *start, __m128i differ) {
    __m256i twice = _mm256_slli_epi32(_mm256_cvtepu16_epi32(differ), 1);
    _mm256_storeu_si256((__m256i *)sums, _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)start), twice));
}

static inline void store32(int32_t *sums, const int32_t *start, __m256i even, __m256i odd) {
    /* unpacking works in each half: low = columns 0..7 and 16..23, high = 8..15 and 24..31 */
    __m256i low = _mm256_unpacklo_epi16(even, odd), high = _mm256_unpackhi_epi16(even, odd);
    store8(sums, start, _mm256_castsi256_si128(low));
    store8(sums + 8, start + 8, _mm256_castsi256_si128(high));
    store8(sums + 16, start + 16, _mm256_extracti128_si256(low, 1));
    store8(sums + 24, start + 24, _mm256_extracti128_si256(high, 1));
}

TILE_INLINE tile(const struct conv_tiles *t, size_t first, size_t mr) {
    struct wide wide;
    const uint8_t *a[MR], *panel = t->panel;
    memset(&wide, 0, sizeof wide);
    for (size_t r = 0; r < mr; r++)
        a[r] = t->at[first + r];
    size_t bytes = NIBBLES * t->words;
    for (size_t line = 0, i = 0; line < t->lines; line++, i += t->line_bytes)
        for (size_t at = 0, end; at < bytes; at = end) {
            end = at + ROUND < bytes ? at + ROUND : bytes;
            round_of(a, mr, panel, i + at, i + end, &wide);
            panel += (end - at) * NR;
        }
#pragma clang loop unroll(disable)
    for (size_t r = 0; r < mr; r++) {
        const int32_t *start = t->starts[first + r] + t->column;
        int32_t *sums = t->sums + (first + r) * t->sums_stride;
#pragma clang loop unroll(disable)
        for (size_t j = 0; j < NV; j++)
            store32(sums + 32 * j, start + 32 * j, wide.even[r][j], wide.odd[r][j]);
    }
}
TILES_CONV(tile, MR)

static void spread(uint8_t *to, uint64_t bits) {
    for (size_t i = 0; i < NIBBLES; i++)
        to[i] = (uint8_t)((bits >> 4 * i & 15) * 16);
}

static void pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words) {
    size_t count = lines * words * NIBBLES;
    memset(panels, 0, panels_bytes(n, count, NR, 1));
    for (size_t column = 0; column < n; column++) {
        const uint8_t *bits = (const uint8_t *)w->b + (first + column) * w->b_stride;
        uint8_t *lane = panels + column / NR * count * NR + column % NR;
        for (size_t i = 0; i < count; i++)
            lane[i * NR] = (uint8_t)(bits[i / 2] >> (i % 2 * 4) & 15);
    }
}

static const struct conv_form form = {.nr = NR, .word_bytes = NIBBLES, .max_words = MAX_WORDS, .spread = spread,
                                      .pack = pack, .tiles = tile_all, .finish_pixel = xnor_conv_finish};
TILES_KERNEL(form)

const struct conv_kernel xnor_conv_w1a1__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
