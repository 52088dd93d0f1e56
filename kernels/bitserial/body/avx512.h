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
