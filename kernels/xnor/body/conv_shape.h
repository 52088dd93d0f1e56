/* Sizes of a binary convolution and the rooms of its scratch. For conv_walk.c and conv_map.h. */
#ifndef XNOR_CONV_SHAPE_H
#define XNOR_CONV_SHAPE_H
#include "../conv_form.h"

/* Walks and maps take a small part of the time. */
#define CONV_SHARED static __attribute__((cold, noinline))

/* CONV_GATHERED: bytes of gathered pixels that stay in the nearest cache of a small core. */
enum { CONV_BLOCK = 256, CONV_SLACK = 64, CONV_BUFFER = 16384, CONV_STRIP = 64, CONV_GATHERED = 20480 };

struct conv_sizes {
    const struct conv_shape *s;
    const struct conv_form *form;
    size_t high, wide;                 /* of the output */
    size_t channels, words;            /* of a tap within its group */
    size_t outputs, panel_bytes, panels_bytes; /* of a group */
    size_t columns;                    /* in a row of starts or of sums: a tile may write beyond n */
    size_t classes_y, classes_x;       /* ways in which a window hangs over the edges */
    size_t pixel_bytes, line_bytes, map_bytes; /* of the map with its border, for one group */
    size_t block;                      /* pixels whose sums are kept at once */
    size_t gathered_bytes, gathered;   /* of a pixel; pixels that are gathered at once */
    /* offsets in work; the map comes first */
    size_t starts_at, limits_at, classes_at, lists_at, gathered_at, sums_at, total;
};

/* Taps begin .. end of a window whose first tap is the at-th with the border lie inside of the map. */
struct conv_clip {
    size_t begin, end;
};
static inline bool conv_clip_same(struct conv_clip a, struct conv_clip b) {
    return a.begin == b.begin && a.end == b.end;
}

static inline size_t rounded(size_t value, size_t step) { return (value + step - 1) / step * step; }

CONV_SHARED struct conv_clip conv_clip_at(const struct conv_shape *s, size_t side, size_t at) {
    size_t from = at * s->stride, end = s->pad + side;
    struct conv_clip clip = {from < s->pad ? s->pad - from : 0, from < end ? end - from : 0};
    clip.begin = clip.begin < s->window ? clip.begin : s->window;
    clip.end = clip.end < s->window ? clip.end : s->window;
    return clip;
}

CONV_SHARED size_t count_classes(const struct conv_shape *s, size_t side) {
    size_t count = 1;
    for (size_t at = 1; at < conv_out(s, side); at++)
        count += !conv_clip_same(conv_clip_at(s, side, at), conv_clip_at(s, side, at - 1));
    return count;
}

CONV_SHARED void conv_sizes_of(struct conv_sizes *z, const struct conv_shape *s, const struct conv_form *form) {
    *z = (struct conv_sizes){.s = s, .form = form, .high = conv_out(s, s->h), .wide = conv_out(s, s->w)};
    z->channels = s->c / s->groups, z->outputs = s->n / s->groups;
    z->words = bits_row_bytes(z->channels) / 8;
    z->panel_bytes = s->window * s->window * z->words * form->word_bytes * form->nr;
    z->panels_bytes = rounded(z->outputs, form->nr) / form->nr * z->panel_bytes;
    z->columns = rounded(s->n, 16) + CONV_SLACK;
    z->classes_y = count_classes(s, s->h), z->classes_x = count_classes(s, s->w);
    z->pixel_bytes = z->words * form->word_bytes;
    z->line_bytes = (s->w + 2 * s->pad) * z->pixel_bytes;
    z->map_bytes = (s->h + 2 * s->pad) * z->line_bytes;
    z->block = rounded(CONV_BUFFER / z->columns + 1, 16);
    z->block = z->block < CONV_BLOCK ? z->block : CONV_BLOCK;
    if (form->gather) {
        z->gathered_bytes = form->gathered_bytes(s->window * s->window * z->words);
        z->gathered = CONV_GATHERED / z->gathered_bytes / 8 * 8 + 8;
        z->block = z->block < z->gathered ? z->block : z->gathered;
    }
    size_t rows = z->classes_y * z->classes_x;
    z->starts_at = rounded(s->groups * z->map_bytes, 64);
    z->limits_at = rounded(z->starts_at + rows * z->columns * 4, 64);
    z->classes_at = rounded(z->limits_at + rows * z->columns * form->limit_bytes, 64);
    z->lists_at = rounded(z->classes_at + (z->high + z->wide) * sizeof(uint32_t), 64);
    z->gathered_at = rounded(z->lists_at + CONV_BLOCK * 2 * sizeof(void *), 64);
    z->sums_at = rounded(z->gathered_at + z->gathered * z->gathered_bytes, 64);
    size_t buffer = z->block * z->columns, strip = CONV_STRIP * form->nr;
    z->total = z->sums_at + 4 * (buffer > strip ? buffer : strip);
}
#endif
