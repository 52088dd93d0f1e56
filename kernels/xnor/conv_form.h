/* What a tuned binary convolution brings to the walk of body/conv_walk.c: tiles of pixels x output channels. */
#ifndef XNOR_CONV_FORM_H
#define XNOR_CONV_FORM_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <stdbool.h>

/* Sum of a pixel and a column = start[row][column] - 2 * bits that differ, over `lines` lines of `words` words. */
struct conv_tiles {
    const uint8_t *const *at;     /* one pointer per pixel, to its first tap */
    const uint8_t *gathered;      /* the same pixels as `gather` left them */
    const int32_t *const *starts; /* one row per pixel */
    const int32_t *starts_base;   /* the first of these rows */
    const uint8_t *panel;
    size_t lines, words, line_bytes;
    size_t pixel, column; /* of the first sum */
    /* Where sums go, a row per pixel; NULL: they end in the outputs of args at once. */
    int32_t *sums;
    size_t sums_stride;
    const struct conv_args *args;
    const void *limits; /* what the variant's `prepare` left in work */
};

/* A variant. nr columns of channels share a panel. */
struct conv_form {
    size_t nr;
    size_t word_bytes; /* that 64 channels take in the map, and per column in a panel */
    size_t max_words;  /* of taps in one call of `tiles`, even */
    /* 64 channels into the map; NULL: as they are */
    void (*spread)(uint8_t *to, uint64_t bits);
    /* All taps of the pixels of t, for variants whose tiles do not read the map; NULL: they do. `gathered_bytes` per
     * pixel; calls begin at multiples of 64 pixels of a list. */
    void (*gather)(uint8_t *to, const struct conv_tiles *t, size_t pixels);
    size_t (*gathered_bytes)(size_t words);
    /* lines of words of n columns into panels */
    void (*pack)(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words);
    void (*tiles)(const struct conv_tiles *t, size_t pixels);
    /* outputs of a pixel from a row of all its sums */
    void (*finish_pixel)(const struct conv_args *g, size_t pixel, const int32_t *sums);
    /* Outputs from rows of nr sums, 64-byte aligned; NULL: pixel by pixel. This, and ends of tiles, only where n is a
     * multiple of `multiple`. */
    void (*finish)(const struct conv_args *g, size_t pixel, size_t column, const int32_t *sums, size_t rows);
    size_t multiple;
    unsigned ends; /* bit e: tiles end epilogue e by themselves */
    /* from rows of starts, once a call: bytes of what it leaves, per column and row of starts; may be 0 and NULL */
    size_t limit_bytes;
    void (*prepare)(void *limits, const struct conv_args *g, const int32_t *starts, size_t rows, size_t stride);
};

/* The line or column of the map that is next to one outside of it, or that one itself. */
static inline size_t conv_nearest(ptrdiff_t at, size_t side) {
    return at < 0 ? 0 : (size_t)at >= side ? side - 1 : (size_t)at;
}

/* `tiles` from one always-inlined body(t, first pixel, number of pixels). */
#define TILES_CONV(body, mr)                                                                                           \
    static void body##_all(const struct conv_tiles *t, size_t pixels) {                                                \
        size_t first = 0;                                                                                              \
        for (; first + (mr) <= pixels; first += (mr))                                                                  \
            body(t, first, mr);                                                                                        \
        for (; first < pixels; first++)                                                                                \
            body(t, first, 1);                                                                                         \
    }

/* The walk. */
void xnor_conv_run(const struct conv_args *g, const struct conv_form *form);
size_t xnor_conv_rhs_bytes(const struct conv_shape *s, const struct conv_form *form);
size_t xnor_conv_work_bytes(const struct conv_shape *s, const struct conv_form *form);
void xnor_conv_pack(void *rhs, const struct conv_weights *w, const struct conv_form *form);
/* A finish_pixel of the target's base. */
void xnor_conv_finish(const struct conv_args *g, size_t pixel, const int32_t *sums);

/* The four functions of a variant. */
#define TILES_KERNEL(form)                                                                                             \
    static void run(const struct conv_args *g) { xnor_conv_run(g, &(form)); }                                          \
    static size_t rhs_bytes(const struct conv_shape *s) { return xnor_conv_rhs_bytes(s, &(form)); }                    \
    static size_t work_bytes(const struct conv_shape *s) { return xnor_conv_work_bytes(s, &(form)); }                  \
    static void pack_rhs(void *rhs, const struct conv_weights *w) { xnor_conv_pack(rhs, w, &(form)); }
#endif
