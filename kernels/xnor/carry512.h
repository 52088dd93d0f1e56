/* Full adders of AVX-512 for 32-bit lanes that run along N: 5 vector operations for 2 words of K instead of 6.
 *
 * vpternlogd absorbs the xor of binary multiplication into the adder: with the running sum bits s,
 *     t = s ^ a1 ^ b1;   u = t ^ a2 ^ b2;   carry = t ? ~u : s
 * u is the new s, and only the carries (each worth 2) are counted. s itself is counted once at the end. Counts go
 * down from a quarter of K, so that two doublings end in K - 2 * differ. */
#ifndef XNOR_CARRY512_H
#define XNOR_CARRY512_H
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <immintrin.h>
#if !defined(__AVX512VPOPCNTDQ__)
#error "compile this file with the flags of its token in isa.def"
#endif

struct pair {
    __m512i sum, count;
};

static inline __m512i pair_quarter(size_t k) { return _mm512_set1_epi32((int)(bits_row_bytes(k) * 2)); }

TILE_INLINE pair_add(struct pair *p, __m512i a1, __m512i a2, __m512i b1, __m512i b2) {
    enum { XOR3 = 0x96, CARRY = 0x3a };
    __m512i half = _mm512_ternarylogic_epi32(p->sum, a1, b1, XOR3);
    __m512i full = _mm512_ternarylogic_epi32(half, a2, b2, XOR3);
    __m512i carry = _mm512_ternarylogic_epi32(half, full, p->sum, CARRY);
    p->count = _mm512_sub_epi32(p->count, _mm512_popcnt_epi32(carry));
    /* without this, counts of two steps are added first and wait for that in registers that nobody has */
    __asm__("" : "+v"(p->count));
    p->sum = full;
}

/* The count as it is worth once the carries are all in. */
static inline __m512i pair_last(const struct pair *p) {
    return _mm512_sub_epi32(_mm512_add_epi32(p->count, p->count), _mm512_popcnt_epi32(p->sum));
}

/* By how much K falls short of whole words of 64 bits. */
static inline __m512i pair_excess(size_t k) { return _mm512_set1_epi32((int)(8 * bits_row_bytes(k) - k)); }
#endif
