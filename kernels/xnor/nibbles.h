/* Nibbles of A as tables of vpshufb: table[a][b] = popcount(a ^ b), so one shuffle is xor and popcount at once. And
 * the way of 16-bit sums into C. */
#ifndef XNOR_NIBBLES_H
#define XNOR_NIBBLES_H
#include <immintrin.h>
#include <stdint.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

#define POP(a, b) __builtin_popcount((a) ^ (b))
#define TABLE_ROW(a)                                                                                                   \
    {POP(a, 0), POP(a, 1), POP(a, 2),  POP(a, 3),  POP(a, 4),  POP(a, 5),  POP(a, 6),  POP(a, 7),                      \
     POP(a, 8), POP(a, 9), POP(a, 10), POP(a, 11), POP(a, 12), POP(a, 13), POP(a, 14), POP(a, 15)}

static const _Alignas(16) uint8_t table[16][16] = {
    TABLE_ROW(0), TABLE_ROW(1), TABLE_ROW(2), TABLE_ROW(3),
    TABLE_ROW(4), TABLE_ROW(5), TABLE_ROW(6), TABLE_ROW(7),
    TABLE_ROW(8), TABLE_ROW(9), TABLE_ROW(10), TABLE_ROW(11),
    TABLE_ROW(12), TABLE_ROW(13), TABLE_ROW(14), TABLE_ROW(15)};

/* The table of one nibble, for both halves of a vector. */
static inline __m256i nibble_counts(unsigned nibble) {
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)table[nibble]));
}

/* 8 columns of C: start - 2 * differ, where start is K at first and what C holds after that. */
static inline void store8(int32_t *c, __m128i differ, const int32_t *k) {
    __m256i start = k ? _mm256_set1_epi32(*k) : _mm256_loadu_si256((const __m256i *)c);
    __m256i twice = _mm256_slli_epi32(_mm256_cvtepu16_epi32(differ), 1);
    _mm256_storeu_si256((__m256i *)c, _mm256_sub_epi32(start, twice));
}

static inline void store32(int32_t *c, __m256i even, __m256i odd, const int32_t *k) {
    /* unpacking works in each half: low = columns 0..7 and 16..23, high = 8..15 and 24..31 */
    __m256i low = _mm256_unpacklo_epi16(even, odd), high = _mm256_unpackhi_epi16(even, odd);
    store8(c, _mm256_castsi256_si128(low), k);
    store8(c + 8, _mm256_castsi256_si128(high), k);
    store8(c + 16, _mm256_extracti128_si256(low, 1), k);
    store8(c + 24, _mm256_extracti128_si256(high, 1), k);
}
#endif
