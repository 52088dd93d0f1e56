/* xnor_conv_w1a1 by vpopcntd and carry-save pairs: 5 vector operations for 2 words instead of 6.
 *
 * Lanes run along N, 32 bits of K each. Two words of K go into a full adder bit by bit, and vpternlogd absorbs
 * the xor of binary multiplication into it: with the running sum bits s,
 *     t = s ^ a1 ^ b1;   u = t ^ a2 ^ b2;   carry = t ? ~u : s
 * u is the new s, and only the carries (each worth 2) are counted. s itself is counted once at the end. */
#include "conv_lanes16.h"
#if !defined(__AVX512VPOPCNTDQ__)
#error "compile this file with the flags of its token in isa.def"
#endif

/* 4 x 2 x (sum bits + count) = 16 registers, 4 of B, the rest for A and the adder; wider tiles spill. */
enum { MR = 4, NV = 2, NR = 16 * NV, XOR3 = 0x96, CARRY = 0x3a };

struct pair {
    __m512i sum, count;
};

TILE_INLINE add_words(struct pair *p, __m512i a1, __m512i a2, __m512i b1, __m512i b2) {
    __m512i half = _mm512_ternarylogic_epi32(p->sum, a1, b1, XOR3);
    __m512i full = _mm512_ternarylogic_epi32(half, a2, b2, XOR3);
    __m512i carry = _mm512_ternarylogic_epi32(half, full, p->sum, CARRY);
    p->count = _mm512_add_epi32(p->count, _mm512_popcnt_epi32(carry));
    p->sum = full;
}

/* The same onto nothing: short K is common, and the first step is a good part of it. */
TILE_INLINE first_words(struct pair *p, __m512i a1, __m512i a2, __m512i b1, __m512i b2) {
    __m512i half = _mm512_xor_si512(a1, b1);
    p->sum = _mm512_ternarylogic_epi32(half, a2, b2, XOR3);
    p->count = _mm512_popcnt_epi32(_mm512_andnot_si512(p->sum, half));
}

/* One 64-bit word of K of every pixel and column of the tile. */
TILE_INLINE step(const uint8_t *const a[MR], size_t mr, size_t i, const __m512i *b, struct pair pairs[MR][NV],
                 bool first) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        __m512i a1 = _mm512_set1_epi32((int)load_u32(a[r] + i)), a2 = _mm512_set1_epi32((int)load_u32(a[r] + i + 4));
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            if (first)
                first_words(&pairs[r][j], a1, a2, b[j], b[NV + j]);
            else
                add_words(&pairs[r][j], a1, a2, b[j], b[NV + j]);
    }
}

TILE_INLINE tile(const struct conv_tiles *t, size_t first, size_t mr) {
    struct pair pairs[MR][NV];
    const uint8_t *a[MR];
    const __m512i *b = (const __m512i *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
        a[r] = t->at[first + r];
    step(a, mr, 0, b, pairs, true);
    size_t i = 8, end = 8 * t->words;
    for (size_t line = 0; line < t->lines; line++) {
        for (; i < end; i += 8)
            step(a, mr, i, b += 2 * NV, pairs, false);
        i = end + t->line_bytes - 8 * t->words, end += t->line_bytes;
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        const int32_t *start = t->starts[first + r] + t->column;
        int32_t *sums = t->sums + (first + r) * t->sums_stride;
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            __m512i twice = _mm512_add_epi32(pairs[r][j].count, pairs[r][j].count);
            __m512i differ = _mm512_add_epi32(twice, _mm512_popcnt_epi32(pairs[r][j].sum));
            __m512i sum = _mm512_sub_epi32(_mm512_loadu_si512(start + 16 * j), _mm512_slli_epi32(differ, 1));
            _mm512_storeu_si512(sums + 16 * j, sum);
        }
    }
}
TILES_CONV(tile, MR)

static void pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words) {
    panel_pack(panels, (const uint8_t *)w->b + first * w->b_stride, w->b_stride, n, lines * words * 8, NR, 4);
}

static const struct conv_form form = {.nr = NR, .word_bytes = 8, .max_words = SIZE_MAX, .pack = pack,
                                      .tiles = tile_all, .finish_pixel = xnor_conv_finish,
                                      .finish = lanes_finish, .multiple = 1};
TILES_KERNEL(form)

const struct conv_kernel xnor_conv_w1a1__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
