/* What both bodies with vpopcntd share: 512-bit packing of A and its sums. Lanes run along N, 32 bits of K each. */
#include <immintrin.h>
#if !defined(__AVX512VPOPCNTDQ__)
#error "compile this file with the flags of its token in isa.def"
#endif
#include "body.h"

enum { XOR3 = 0x96, MAJORITY = 0xe8, ADD_AND = 0x78 /* x ^ (y & z) */, CARRY = 0x3a /* x ? ~y : z */ };

static inline __mmask8 words_mask(size_t row_bytes, size_t i) {
    return (__mmask8)(row_bytes - i >= 64 ? 0xff : (1 << (row_bytes - i) / 8) - 1);
}

/* 64 bytes at once: each of vptestmb's masks is a word of a plane. */
static void to_planes(uint8_t *planes, const uint8_t *bytes, size_t k) {
    size_t row = bits_row_bytes(k);
    for (size_t i = 0; i < k; i += 64) {
        __mmask64 inside = k - i >= 64 ? ~0ull : (1ull << (k - i)) - 1;
        __m512i x = _mm512_maskz_loadu_epi8(inside, bytes + i);
        x = _mm512_mask_xor_epi64(x, 0xff, x, _mm512_set1_epi8((char)0x80));
#pragma clang loop unroll(full)
        for (size_t p = 0; p < 8; p++) {
            uint64_t word = _mm512_mask_test_epi8_mask(inside, x, _mm512_set1_epi8((char)(1 << p)));
            memcpy(planes + p * row + i / 8, &word, 8);
        }
    }
}
