/* The map of a binary convolution with its border around it, one per group. */
#ifndef XNOR_CONV_MAP_H
#define XNOR_CONV_MAP_H
#include "conv_shape.h"

/* Where taps are read: either the input itself or the copy with a border. */
struct conv_map {
    const uint8_t *at;
    size_t pixel_bytes, line_bytes, group_bytes;
};

struct copy {
    const struct conv_args *g;
    const struct conv_sizes *z;
    size_t first; /* channel of the group */
};

static void put(const struct conv_sizes *z, uint8_t *to, size_t word, uint64_t bits) {
    if (z->form->spread)
        z->form->spread(to + word * z->form->word_bytes, bits);
    else
        memcpy(to + word * 8, &bits, 8);
}

static uint64_t mask_of(const struct conv_sizes *z, size_t word) {
    size_t count = z->channels - 64 * word;
    return count < 64 ? ((uint64_t)1 << count) - 1 : ~(uint64_t)0;
}

/* The channels of a group begin anywhere in a word. */
CONV_SHARED void put_pixel(const struct copy *c, uint8_t *to, const uint8_t *from) {
    size_t last = (c->z->s->c - 1) / 64, shift = c->first % 64;
    for (size_t i = 0; i < c->z->words; i++) {
        size_t word = c->first / 64 + i;
        uint64_t bits = load_u64(from + 8 * word) >> shift;
        if (shift != 0 && word < last)
            bits |= load_u64(from + 8 * word + 8) << (64 - shift);
        put(c->z, to, i, bits & mask_of(c->z, i));
    }
}

CONV_SHARED void put_border(const struct copy *c, uint8_t *to, const uint8_t *nearest, size_t pixels) {
    for (size_t i = 0; i < pixels; i++, to += c->z->pixel_bytes) {
        if (c->g->border == BORDER_REPLICATE) {
            memcpy(to, nearest, c->z->pixel_bytes);
            continue;
        }
        for (size_t word = 0; word < c->z->words; word++)
            put(c->z, to, word, c->g->border == BORDER_MINUS_ONE ? mask_of(c->z, word) : 0);
    }
}

CONV_SHARED void put_line(const struct copy *c, uint8_t *to, const uint8_t *from) {
    const struct conv_sizes *z = c->z;
    const struct conv_shape *s = z->s;
    uint8_t *inside = to + s->pad * z->pixel_bytes, *end = inside + s->w * z->pixel_bytes;
    if (s->groups == 1 && !z->form->spread && c->g->input_stride == z->pixel_bytes)
        memcpy(inside, from, s->w * z->pixel_bytes);
    else
        for (size_t x = 0; x < s->w; x++)
            put_pixel(c, inside + x * z->pixel_bytes, from + x * c->g->input_stride);
    put_border(c, to, inside, s->pad);
    put_border(c, end, end - z->pixel_bytes, s->pad);
}

/* Only the lines that this call's windows see. */
CONV_SHARED void put_group(const struct copy *c, uint8_t *map) {
    const struct conv_sizes *z = c->z;
    const struct conv_shape *s = z->s;
    size_t first = c->g->row * s->stride, end = (c->g->row + c->g->rows - 1) * s->stride + s->window;
    for (size_t y = first; y < end; y++) {
        size_t from = y < s->pad ? 0 : y - s->pad < s->h ? y - s->pad : s->h - 1;
        if (from + s->pad == y || c->g->border == BORDER_REPLICATE)
            put_line(c, map + y * z->line_bytes, (const uint8_t *)c->g->input + from * s->w * c->g->input_stride);
        else
            put_border(c, map + y * z->line_bytes, NULL, s->w + 2 * s->pad);
    }
}

CONV_SHARED struct conv_map conv_map_of(const struct conv_args *g, const struct conv_sizes *z) {
    const struct conv_shape *s = z->s;
    bool gapless = s->window == 1 || g->input_stride == z->pixel_bytes;
    if (s->groups == 1 && s->pad == 0 && gapless && !z->form->spread)
        return (struct conv_map){g->input, g->input_stride, s->w * g->input_stride, 0};
    for (size_t group = 0; group < s->groups; group++) {
        struct copy copy = {g, z, group * z->channels};
        put_group(&copy, (uint8_t *)g->work + group * z->map_bytes);
    }
    return (struct conv_map){g->work, z->pixel_bytes, z->line_bytes, z->map_bytes};
}
#endif
