/* Bit-planes by vpshufb. */
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4, NV = 2, LANES = 32 };
typedef __m256i vec;
/* 16-bit sums of the even and the odd columns. */
struct wide {
    __m256i even, odd;
};

static inline vec zero(void) { return _mm256_setzero_si256(); }
static inline vec load(const uint8_t *from) { return _mm256_loadu_si256((const __m256i *)from); }
static inline vec load_counts(const uint8_t *from) {
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)from));
}
static inline vec lookup(vec counts, vec nibbles) { return _mm256_shuffle_epi8(counts, nibbles); }
static inline vec add(vec x, vec y) { return _mm256_add_epi8(x, y); }

static inline void widen(struct wide *wide, vec sum) {
    wide->even = _mm256_add_epi16(wide->even, _mm256_and_si256(sum, _mm256_set1_epi16(0xff)));
    wide->odd = _mm256_add_epi16(wide->odd, _mm256_srli_epi16(sum, 8));
}

static inline void fold8(uint32_t *total, __m128i sums, unsigned shift) {
    __m256i before = _mm256_sll_epi32(_mm256_load_si256((const __m256i *)total), _mm_cvtsi32_si128((int)shift));
    _mm256_store_si256((__m256i *)total, _mm256_add_epi32(before, _mm256_cvtepu16_epi32(sums)));
}

static inline void fold(uint32_t *total, const struct wide *wide, unsigned shift) {
    /* unpacking works in each half: low = columns 0..7 and 16..23, high = 8..15 and 24..31 */
    __m256i low = _mm256_unpacklo_epi16(wide->even, wide->odd), high = _mm256_unpackhi_epi16(wide->even, wide->odd);
    fold8(total, _mm256_castsi256_si128(low), shift);
    fold8(total + 8, _mm256_castsi256_si128(high), shift);
    fold8(total + 16, _mm256_extracti128_si256(low, 1), shift);
    fold8(total + 24, _mm256_extracti128_si256(high, 1), shift);
}

#include "choose.h"

/* 32 bytes at once: vpmovmskb takes the top bits, doubling brings the next. */
static void to_planes(uint8_t *planes, const uint8_t *bytes, size_t k) {
    size_t row = bits_row_bytes(k), i = 0;
    for (; i + 32 <= k; i += 32) {
        __m256i x = _mm256_xor_si256(load(bytes + i), _mm256_set1_epi8((char)0x80));
#pragma clang loop unroll(full)
        for (size_t p = 8; p-- > 0; x = _mm256_add_epi8(x, x)) {
            int mask = _mm256_movemask_epi8(x);
            memcpy(planes + p * row + i / 8, &mask, 4);
        }
    }
    bytes_to_planes(planes, bytes, i, k);
}

TILE_PAIR(tile)

const struct bitserial_body choose__avx2 = {
    &tile_pair, 4, bitserial_row, to_planes, spread, false, NULL,
};
