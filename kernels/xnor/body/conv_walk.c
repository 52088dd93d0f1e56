/* The walk that all tuned binary convolutions share: blocks of output pixels, panels of channels within a block,
 * tiles of pixels within a panel.
 *
 * The map is copied once with its border around it, so that a line of taps is one run of words for every pixel and
 * no tile knows of borders. What a border of zeros adds by its stand-in bits, and K, enter as the number that a sum
 * starts from: one row of such numbers for each way in which a window hangs over the edges. */
#include "../conv_finish.h"
#include "conv_map.h"

void xnor_conv_finish(const struct conv_args *g, size_t pixel, const int32_t *sums) { conv_finish(g, pixel, sums); }

/* One call's state. */
struct walk {
    const struct conv_args *g;
    struct conv_sizes z;
    struct conv_map map;
    int32_t *starts, *sums;
    uint32_t *class_y, *class_x;
    const uint8_t **at;
    const int32_t **rows;
    uint8_t *gathered;
    bool ends, strips; /* tiles end by themselves; strips of sums are finished panel by panel */
};

/* Sums of the weights of each tap: [taps][n], behind the panels. */
static const int32_t *tap_sums(const struct walk *w) {
    return (const int32_t *)((const uint8_t *)w->g->rhs + w->z.s->groups * w->z.panels_bytes);
}

CONV_SHARED void start_row(const struct walk *w, int32_t *row, struct conv_clip y, struct conv_clip x) {
    const struct conv_shape *s = w->z.s;
    const int32_t *sums = tap_sums(w);
    int32_t k = (int32_t)(s->window * s->window * w->z.channels);
    for (size_t o = 0; o < w->z.columns; o++)
        row[o] = k;
    for (size_t ky = 0; ky < s->window && w->g->border == BORDER_ZERO; ky++)
        for (size_t kx = 0; kx < s->window; kx++, sums += s->n)
            if (ky < y.begin || ky >= y.end || kx < x.begin || kx >= x.end)
                for (size_t o = 0; o < s->n; o++)
                    row[o] -= sums[o];
}

/* Classes of the positions along one side, in the order in which they come; their number. */
CONV_SHARED size_t classify(const struct walk *w, uint32_t *classes, size_t side) {
    const struct conv_shape *s = w->z.s;
    uint32_t class = 0;
    for (size_t at = 0; at < conv_out(s, side); at++) {
        if (at > 0 && w->g->border == BORDER_ZERO)
            class += !conv_clip_same(conv_clip_at(s, side, at), conv_clip_at(s, side, at - 1));
        classes[at] = class;
    }
    return class + 1;
}

CONV_SHARED void fill_starts(struct walk *w) {
    const struct conv_shape *s = w->z.s;
    w->z.classes_y = classify(w, w->class_y, s->h), w->z.classes_x = classify(w, w->class_x, s->w);
    int32_t *row = w->starts;
    for (size_t y = 0, next_y = 0; y < w->z.high; y++) {
        if (w->class_y[y] < next_y)
            continue;
        next_y++;
        for (size_t x = 0, next_x = 0; x < w->z.wide; x++) {
            if (w->class_x[x] < next_x)
                continue;
            next_x++;
            start_row(w, row, conv_clip_at(s, s->h, y), conv_clip_at(s, s->w, x));
            row += w->z.columns;
        }
    }
}

/* Pointers of `count` pixels; later passes go on from the sums of those before. */
CONV_SHARED void list_pixels(const struct walk *w, size_t first, size_t count, size_t offset, bool again) {
    const struct conv_sizes *z = &w->z;
    size_t y = first / z->wide, x = first % z->wide, step = z->s->stride * w->map.pixel_bytes;
    for (size_t i = 0; i < count;) {
        const uint8_t *at = w->map.at + offset + y * z->s->stride * w->map.line_bytes + x * step;
        const int32_t *row = w->starts + w->class_y[y] * z->classes_x * z->columns;
        for (; i < count && x < z->wide; i++, x++, at += step) {
            w->at[i] = at;
            w->rows[i] = again ? w->sums + i * z->columns : row + w->class_x[x] * z->columns;
        }
        x = 0, y++;
    }
}

static void run_tiles(const struct walk *w, struct conv_tiles *t, size_t first, size_t count) {
    const struct conv_sizes *z = &w->z;
    size_t step = w->strips ? CONV_STRIP : count;
    for (size_t i = 0, pixels; i < count; i += pixels) {
        pixels = count - i < step ? count - i : step;
        t->at = w->at + i, t->starts = w->rows + i;
        t->gathered = w->gathered + i * z->gathered_bytes;
        t->pixel = first + i;
        t->sums = w->ends ? NULL : w->strips ? w->sums : w->sums + t->column;
        z->form->tiles(t, pixels);
        if (w->strips)
            z->form->finish(w->g, first + i, t->column, w->sums, pixels);
    }
}

/* One pass over the block: all panels of a group, some lines of taps of `words` words. */
CONV_SHARED void run_panels(const struct walk *w, struct conv_tiles *t, size_t group, size_t first, size_t count) {
    const struct conv_sizes *z = &w->z;
    const uint8_t *panel = t->panel;
    for (size_t o = 0; o < z->outputs; o += z->form->nr, t->panel += z->panel_bytes) {
        t->column = group * z->outputs + o;
        run_tiles(w, t, first, count);
    }
    t->panel = panel;
}

CONV_SHARED void run_group(const struct walk *w, struct conv_tiles *t, size_t group, size_t first, size_t count) {
    const struct conv_sizes *z = &w->z;
    size_t line_words = z->s->window * z->words, map = group * w->map.group_bytes;
    const uint8_t *panel = (const uint8_t *)w->g->rhs + group * z->panels_bytes;
    t->panel = panel, t->lines = z->s->window, t->words = line_words;
    if (line_words * t->lines <= z->form->max_words) {
        list_pixels(w, first, count, map, false);
        t->at = w->at;
        if (z->form->gather)
            z->form->gather(w->gathered, t, count);
        run_panels(w, t, group, first, count);
        return;
    }
    t->lines = 1;
    for (size_t ky = 0; ky < z->s->window; ky++)
        for (size_t i = 0; i < line_words; i += t->words) {
            t->words = line_words - i < z->form->max_words ? line_words - i : z->form->max_words;
            list_pixels(w, first, count, map + ky * w->map.line_bytes + i * z->form->word_bytes, ky + i > 0);
            t->panel = panel + (ky * line_words + i) * z->form->word_bytes * z->form->nr;
            run_panels(w, t, group, first, count);
        }
}

void xnor_conv_run(const struct conv_args *g, const struct conv_form *form) {
    struct walk w = {.g = g};
    conv_sizes_of(&w.z, &g->shape, form);
    const struct conv_sizes *z = &w.z;
    uint8_t *work = g->work;
    w.map = conv_map_of(g, z);
    w.starts = (int32_t *)(work + z->starts_at), w.sums = (int32_t *)(work + z->sums_at);
    w.class_y = (uint32_t *)(work + z->classes_at), w.class_x = w.class_y + z->high;
    w.at = (const uint8_t **)(work + z->lists_at), w.rows = (const int32_t **)(w.at + CONV_BLOCK);
    w.gathered = work + z->gathered_at;
    bool whole = g->shape.groups == 1 && g->shape.window * g->shape.window * z->words <= form->max_words &&
                 form->multiple != 0 && g->shape.n % form->multiple == 0;
    w.ends = whole && form->ends >> g->epilogue & 1;
    w.strips = whole && !w.ends && form->finish;
    fill_starts(&w);
    if (w.ends && form->prepare)
        form->prepare(work + z->limits_at, g, w.starts, z->classes_y * z->classes_x, z->columns);
    struct conv_tiles tiles = {.args = g, .starts_base = w.starts, .line_bytes = w.map.line_bytes,
                               .limits = work + z->limits_at, .sums_stride = w.strips ? form->nr : z->columns};
    bool buffers = !w.ends && !w.strips;
    size_t block = !buffers ? CONV_BLOCK : z->block, end = conv_end(g);
    if (form->gather && z->gathered < block)
        block = z->gathered;
    for (size_t first = conv_first(g), count; first < end; first += count) {
        count = end - first < block ? end - first : block;
        for (size_t group = 0; group < g->shape.groups; group++)
            run_group(&w, &tiles, group, first, count);
        for (size_t i = 0; i < count && buffers; i++)
            form->finish_pixel(g, first + i, w.sums + i * z->columns);
    }
}

size_t xnor_conv_rhs_bytes(const struct conv_shape *s, const struct conv_form *form) {
    struct conv_sizes z;
    conv_sizes_of(&z, s, form);
    return s->groups * z.panels_bytes + 4 * s->window * s->window * s->n;
}

size_t xnor_conv_work_bytes(const struct conv_shape *s, const struct conv_form *form) {
    struct conv_sizes z;
    conv_sizes_of(&z, s, form);
    return z.total;
}

void xnor_conv_pack(void *rhs, const struct conv_weights *w, const struct conv_form *form) {
    struct conv_sizes z;
    conv_sizes_of(&z, &w->shape, form);
    uint8_t *panels = rhs;
    for (size_t group = 0; group < w->shape.groups; group++, panels += z.panels_bytes)
        form->pack(panels, w, group * z.outputs, z.outputs, w->shape.window, w->shape.window * z.words);
    int32_t *sums = (int32_t *)panels;
    for (size_t tap = 0; tap < w->shape.window * w->shape.window; tap++)
        for (size_t o = 0; o < w->shape.n; o++) {
            const uint8_t *row = (const uint8_t *)w->b + o * w->b_stride + tap * z.words * 8;
            int32_t ones = 0;
            for (size_t i = 0; i < z.words; i++)
                ones += __builtin_popcountll(load_u64(row + 8 * i));
            *sums++ = (int32_t)z.channels - 2 * ones;
        }
}
