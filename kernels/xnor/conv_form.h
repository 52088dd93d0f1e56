/* What a tuned binary convolution brings to the walk of conv_walk.h: tiles of pixels x output channels. */
#ifndef XNOR_CONV_FORM_H
#define XNOR_CONV_FORM_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <stdbool.h>

/* Sum of a pixel and a column = start[row][column] - 2 * bits that differ, over `lines` lines of `words` words. */
struct conv_tile {
    const uint8_t *const *at;     /* one pointer per pixel, to its first tap */
    const int32_t *const *starts; /* one row per pixel */
    const uint8_t *panel;
    size_t lines, words, line_bytes;
    size_t pixel, column; /* of the first sum of the tile */
    /* Where sums go, a row per pixel; NULL: the tile ends in the outputs of args itself. */
    int32_t *sums;
    size_t sums_stride;
    const struct conv_args *args;
    const void *limits; /* what the variant's `prepare` left in work */
};
typedef void conv_tile_fn(const struct conv_tile *tile);

/* A variant. nr columns of channels share a panel, 1 to mr pixels a tile: fns[1] and fns[mr] are there, those
 * between may be NULL. */
struct conv_form {
    size_t mr, nr;
    size_t word_bytes; /* that 64 channels take in the map, and per column in a panel */
    size_t max_words;  /* of taps in one call of a tile, even */
    /* 64 channels into the map; NULL: as they are */
    void (*spread)(uint8_t *to, uint64_t bits);
    /* lines of words of n columns into panels */
    void (*pack)(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words);
    conv_tile_fn *const *fns;
    size_t finishes; /* tiles can end in the outputs where n is a multiple of this; 0: never */
    /* from rows of starts, once a call: bytes of what it leaves, per column and row of starts; may be 0 and NULL */
    size_t limit_bytes;
    void (*prepare)(void *limits, const struct conv_args *g, const int32_t *starts, size_t rows, size_t stride);
};

#define CONV_TILE(body, pixels)                                                                                        \
    static void body##_##pixels(const struct conv_tile *t) { body(t, pixels); }
#endif
