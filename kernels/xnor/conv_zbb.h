/* xnor_conv_w1a1 by the cpop instruction of Zbb: the taps of four pixels are laid side by side, as many columns as the
 * nearest cache holds pass by, and signs of sums become words of bits without a sum in memory. */
#ifndef XNOR_CONV_ZBB_H
#define XNOR_CONV_ZBB_H
#include "conv_form.h"
#include "conv_zbb_near.h"

enum { COLUMNS = SIGNS * NR, PANELS = SIGNS, PIXELS = 256 }; /* PIXELS: as many as the walk brings at once */
enum { MOST_WORDS = 256, NEAR_BYTES = 24 << 10 };            /* of taps laid side by side; of B */

/* Bits that differ between a pixel and the columns of a panel. */
static void one_pixel(const struct conv_tiles *t, size_t pixel, const uint64_t *b, uint64_t sum[NR]) {
    const uint8_t *line = t->at[pixel];
    uint64_t sums[NR] = {0};
    for (size_t y = 0; y < t->lines; y++, line += t->line_bytes)
#pragma clang loop unroll(disable) vectorize(disable)
        for (size_t i = 0; i < t->words; i++, b += NR) {
            uint64_t word = load_word(line + 8 * i);
            UNROLLED for (size_t j = 0; j < NR; j++) sums[j] += (uint64_t)__builtin_popcountll(word ^ b[j]);
        }
    UNROLLED for (size_t j = 0; j < NR; j++) sum[j] = sums[j];
}

static void lay_pixels(uint64_t *to, const struct conv_tiles *t, size_t first) {
    const uint64_t *from[MR];
    for (size_t y = 0; y < t->lines; y++) {
        for (size_t r = 0; r < MR; r++)
            from[r] = (const uint64_t *)(t->at[first + r] + y * t->line_bytes);
        to = lay_rows(to, from, t->words);
    }
}

/* Some panels of columns, and their number of words of taps. */
struct part {
    const uint64_t *b;
    size_t first, count, words; /* panels */
    struct steps steps;
    bool lines_of_two; /* three taps of two words each */
};

static void sums_part(const struct conv_tiles *t, const struct part *p, uint64_t *side, size_t pixels) {
    const bool plain = t->args->border != BORDER_ZERO; /* all sums start from the same number */
    const int64_t start = plain ? t->starts_base[0] : 0;
    size_t i = 0;
    int32_t *row = t->sums + p->first * NR;
    for (; i + MR <= pixels && p->words <= MOST_WORDS; i += MR) {
        lay_pixels(side, t, i);
        tile_sums(side, p->b, p->count, p->steps, start, row + i * t->sums_stride, t->sums_stride * 4);
    }
    for (; i < pixels; i++)
        for (size_t panel = 0; panel < p->count; panel++) {
            uint64_t sum[NR];
            one_pixel(t, i, p->b + panel * p->words * NR, sum);
            for (size_t j = 0; j < NR; j++)
                row[i * t->sums_stride + panel * NR + j] = (int32_t)(start - (int64_t)(2 * sum[j]));
        }
    for (i = 0; i < pixels && !plain; i++)
        for (size_t o = p->first * NR; o < (p->first + p->count) * NR; o++)
            t->sums[i * t->sums_stride + o] += t->starts[i][t->column + o];
}

static const int64_t *limits_of(const struct conv_tiles *t, size_t pixel) {
    return (const int64_t *)t->limits + (t->starts[pixel] - t->starts_base) + t->column;
}

static void signs_one(const struct conv_tiles *t, const struct part *p, size_t pixel, uint8_t *to) {
    const int64_t *limits = limits_of(t, pixel) + p->first * NR;
    for (size_t panel = 0; panel < p->count; panel++, limits += NR) {
        uint64_t sum[NR];
        unsigned signs = 0;
        one_pixel(t, pixel, p->b + panel * p->words * NR, sum);
        for (size_t j = 0; j < NR; j++)
            signs |= (unsigned)((int64_t)sum[j] + limits[j] < 0) << j;
        to[panel] = (uint8_t)(signs ^ signs >> 1 ^ signs >> 2 ^ signs >> 3);
    }
}

static void signs_part(const struct conv_tiles *t, const struct part *p, uint64_t *side, size_t pixels,
                       uint8_t *signs) {
    signs += p->first;
    for (size_t i = 0, count; i < pixels; i += count, signs += count * SIGNS) {
        const int32_t *const *row = t->starts + i;
        count = 1;
        if (i + MR > pixels || p->words > MOST_WORDS || row[0] != row[1] || row[0] != row[2] || row[0] != row[3]) {
            signs_one(t, p, i, signs);
            continue;
        }
        count = MR;
        if (p->lines_of_two && t->at[i + 3] - t->at[i] == 3 * 16) {
            near_two(t->at[i], t->line_bytes, p->b, p->count, limits_of(t, i) + p->first * NR, signs);
            continue;
        }
        lay_pixels(side, t, i);
        tile_signs(side, p->b, p->count, p->steps, limits_of(t, i) + p->first * NR, signs);
    }
}

/* Every other group of four bits. */
static inline uint64_t close_gaps(uint64_t x) {
    x = (x | x >> 4) & 0x00ff00ff00ff00ff;
    x = (x | x >> 8) & 0x0000ffff0000ffff;
    return (x | x >> 16) & 0xffffffff;
}

static void put_bits(const struct conv_tiles *t, const uint8_t *signs, size_t columns, size_t pixels) {
    const struct conv_args *g = t->args;
    const uint64_t used = ~(uint64_t)0 >> (COLUMNS - columns), flip = ~g->flip[t->column / 64];
    uint8_t *to = (uint8_t *)g->bits + t->pixel * g->bits_stride + t->column / 8;
    for (size_t i = 0; i < pixels; i++, to += g->bits_stride, signs += SIGNS) {
        uint64_t word = close_gaps(load_word(signs)) | close_gaps(load_word(signs + 8)) << 32;
        word ^= word >> 1 & 0x7777777777777777;
        *(uint64_t *)to = (word ^ flip) & used;
    }
}

/* Windows of 3 x 3 words, end to end. */
static void near_tiles(const struct conv_tiles *t, size_t columns, size_t pixels) {
    const struct conv_args *g = t->args;
    const uint64_t used = ~(uint64_t)0 >> (COLUMNS - columns), flip = ~g->flip[t->column / 64];
    uint8_t *to = (uint8_t *)g->bits + t->pixel * g->bits_stride + t->column / 8;
    struct one_near near; /* what lies behind the columns is masked off */
    const int64_t *limits = NULL;
    for (size_t i = 0; i < pixels; i += MR, to += MR * g->bits_stride) {
        alignas(8) uint16_t signs[MR][4];
        if (limits != limits_of(t, i)) {
            limits = limits_of(t, i);
#pragma clang loop unroll_count(4)
            for (size_t o = 0; o < COLUMNS; o++)
                near.limits[o] = limits[o];
        }
        near_one((const uint64_t *)t->at[i], t->line_bytes / 8, (const uint64_t *)t->panel, (columns + NR - 1) / NR,
                 &near);
        UNROLLED for (size_t part = 0; part < 4; part++) near_signs(&near, part, signs);
        UNROLLED for (size_t r = 0; r < MR; r++)
            *(uint64_t *)(to + r * g->bits_stride) = (load_word((const uint8_t *)signs[r]) ^ flip) & used;
    }
}

/* Pixels from `first` on, four by four, that lie side by side in the map and start from the same numbers. */
static size_t count_near(const struct conv_tiles *t, size_t first, size_t pixels) {
    size_t i = first;
    for (; i + MR <= pixels && t->at[i + 3] - t->at[i] == 3 * 8; i += MR)
        if (t->starts[i] != t->starts[i + 1] || t->starts[i] != t->starts[i + 2] || t->starts[i] != t->starts[i + 3])
            break;
    return i - first;
}

static void any_tiles(const struct conv_tiles *t, size_t pixels, size_t columns) {
    const size_t words = t->lines * t->words;
    const size_t panels = (columns + NR - 1) / NR, near = NEAR_BYTES / (words * NR * 8), step = near < 4 ? 4 : near;
    alignas(64) uint64_t side[MOST_WORDS * MR];
    alignas(8) uint8_t signs[PIXELS * SIGNS];
    struct part p = {.b = (const uint64_t *)t->panel, .words = words, .steps = steps_of(words),
                     .lines_of_two = t->lines == 3 && t->words == 6};
    if (t->sums == NULL && panels < PANELS)
        memset(signs, 0, sizeof signs);
    for (; p.first < panels; p.first += p.count, p.b += p.count * words * NR) {
        p.count = panels - p.first < step ? panels - p.first : step;
        if (t->sums)
            sums_part(t, &p, side, pixels);
        else
            signs_part(t, &p, side, pixels, signs);
    }
    if (t->sums == NULL)
        put_bits(t, signs, columns, pixels);
}

static void zbb_tiles(const struct conv_tiles *t, size_t pixels) {
    const size_t outputs = t->args->shape.n / t->args->shape.groups, rest = outputs - t->column % outputs;
    const size_t columns = rest < COLUMNS ? rest : COLUMNS;
    struct conv_tiles run = *t;
    if (t->sums || t->lines != 3 || t->words != 3) {
        any_tiles(t, pixels, columns);
        return;
    }
    for (size_t i = 0, count; i < pixels; i += count, run.at += count, run.starts += count, run.pixel += count) {
        count = count_near(t, i, pixels);
        if (count > 0) {
            near_tiles(&run, columns, count);
            continue;
        }
        count = pixels - i < MR ? pixels - i : MR;
        any_tiles(&run, count, columns);
    }
}

/* sum = start - 2 * differ < threshold, or differ >= limit: a limit that is below all counts or above is right too. */
static void zbb_limits(void *to, const struct conv_args *g, const int32_t *starts, size_t rows, size_t stride) {
    int64_t *limits = to;
    for (size_t row = 0; row < rows; row++, starts += stride, limits += stride)
        for (size_t o = 0; o < stride; o++)
            limits[o] = o < g->shape.n ? -(((int64_t)starts[o] - g->threshold[o]) >> 1) - 1 : 0;
}

static void zbb_pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines,
                     size_t words) {
    const uint8_t *b = (const uint8_t *)w->b + first * w->b_stride;
    panel_pack(panels, b, w->b_stride, n, lines * words * 8, NR, 8);
}

static const struct conv_form zbb_form = {.nr = COLUMNS, .word_bytes = 8, .max_words = SIZE_MAX, .pack = zbb_pack,
                                          .tiles = zbb_tiles, .finish_pixel = xnor_conv_finish, .multiple = 1,
                                          .ends = 1u << EPILOGUE_BITS, .limit_bytes = 8, .prepare = zbb_limits};
TILES_KERNEL(zbb_form)
#endif
