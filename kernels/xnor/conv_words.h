/* xnor_conv_w1a1 on 64-bit words: the body of the variants that count the bits of one word at a time. The file that
 * includes it decides by its compiler flags what __builtin_popcountll becomes. */
#ifndef XNOR_CONV_WORDS_H
#define XNOR_CONV_WORDS_H
#include "conv_form.h"

/* 2 x 4 sums, 4 words of B, 1 of A and the pointers fit the 15 to 31 registers of our 64-bit targets. Where bits are
 * counted by a dozen vector operations, the loads that a second pixel saves are not worth its code. */
#if defined(__SSE2__)
enum { WORDS_MR = 1, WORDS_NR = 4 };
#else
enum { WORDS_MR = 2, WORDS_NR = 4 };
#endif

TILE_INLINE words_tile(const struct conv_tiles *t, size_t first, size_t mr) {
    const uint64_t *b = (const uint64_t *)t->panel;
    uint32_t differ[WORDS_MR][WORDS_NR] = {{0}};
    for (size_t line = 0; line < t->lines; line++) {
        size_t at = line * t->line_bytes, end = at + 8 * t->words;
#pragma clang loop vectorize(disable) unroll(disable)
        for (; at < end; at += 8, b += WORDS_NR)
#pragma clang loop unroll(full)
            for (size_t r = 0; r < mr; r++) {
                uint64_t a = load_word(t->at[first + r] + at);
#pragma clang loop unroll(full)
                for (size_t j = 0; j < WORDS_NR; j++)
                    differ[r][j] += (uint32_t)__builtin_popcountll(a ^ b[j]);
            }
    }
    for (size_t r = 0; r < mr; r++) {
        const int32_t *start = t->starts[first + r] + t->column;
        int32_t *sums = t->sums + (first + r) * t->sums_stride;
        for (size_t j = 0; j < WORDS_NR; j++)
            sums[j] = (int32_t)((uint32_t)start[j] - 2 * differ[r][j]);
    }
}
TILES_CONV(words_tile, WORDS_MR)

static void words_pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines,
                       size_t words) {
    const uint8_t *b = (const uint8_t *)w->b + first * w->b_stride;
    panel_pack(panels, b, w->b_stride, n, lines * words * 8, WORDS_NR, 8);
}

static const struct conv_form words_form = {.nr = WORDS_NR, .word_bytes = 8, .max_words = SIZE_MAX, .pack = words_pack,
                                            .tiles = words_tile_all, .finish_pixel = xnor_conv_finish};
TILES_KERNEL(words_form)
#endif
