/* Windows of a map as rows of a matrix: any window, any border. A row is the taps in reading order; of planes, the
 * taps of the lowest plane first. */
#include <string.h>

#include "state.h"

/* What is the same for all windows of a call. A piece is what a tap takes of a pixel: all of it, or one plane. */
struct windows {
    const struct layer *l;
    const uint8_t *map; /* of the first piece */
    size_t pixel, piece, line;
    void (*copy)(const struct window_run *r); /* NULL: exactly */
    bool in_arena; /* so that whatever lies behind the map is ours too: scratch comes last */
};

/* Taps outside of the map; `nearest`: the pixel that is repeated. */
static void fill(const struct windows *w, uint8_t *to, const uint8_t *nearest, size_t taps) {
    const struct layer *l = w->l;
    uint32_t used = l->source.c % 64;
    switch (l->plan.border) {
    case PLAN_REPLICATE:
        for (size_t i = 0; i < taps; i++)
            memcpy(to + i * w->piece, nearest, w->piece);
        break;
    case PLAN_MINUS_ONE:
        memset(to, 0xff, taps * w->piece);
        for (size_t i = 1; i <= taps && used; i++) {
            uint64_t last = ((uint64_t)1 << used) - 1;
            memcpy(to + i * w->piece - 8, &last, sizeof last);
        }
        break;
    default:
        memset(to, l->plan.border == PLAN_VALUE ? l->plan.border_value : 0, taps * w->piece);
    }
}

static void copy_taps(const struct windows *w, uint8_t *to, const uint8_t *from, size_t taps) {
    bool gapless = w->piece == w->pixel;
    size_t once = gapless ? taps * w->piece : w->piece;
    for (size_t i = 0; i < (gapless ? 1 : taps); i++)
        memcpy(to + i * w->piece, from + i * w->pixel, once);
}

static void edge_line(const struct windows *w, uint8_t *to, const uint8_t *map_line, ptrdiff_t left) {
    size_t wide = w->l->source.w, kernel = w->l->plan.kernel_w;
    /* a border is narrower than the window, so at least one column lies inside */
    size_t skip = left < 0 ? (size_t)-left : 0, inside = (size_t)((ptrdiff_t)wide - left);
    size_t end = inside < kernel ? inside : kernel;
    copy_taps(w, to + skip * w->piece, map_line + (size_t)(left + (ptrdiff_t)skip) * w->pixel, end - skip);
    if (w->l->plan.border != PLAN_REPLICATE)
        return;
    fill(w, to, map_line, skip);
    fill(w, to + end * w->piece, map_line + (wide - 1) * w->pixel, kernel - end);
}

/* What is the same everywhere outside is there first. */
static void edge(const struct windows *w, uint8_t *to, ptrdiff_t top, ptrdiff_t left) {
    const struct plan_layer *p = &w->l->plan;
    ptrdiff_t high = (ptrdiff_t)w->l->source.h;
    if (p->border != PLAN_REPLICATE)
        fill(w, to, NULL, (size_t)p->kernel_h * p->kernel_w);
    for (size_t ky = 0; ky < p->kernel_h; ky++, to += w->line) {
        ptrdiff_t y = top + (ptrdiff_t)ky, near = y < 0 ? 0 : y < high ? y : high - 1;
        if (y == near || p->border == PLAN_REPLICATE)
            edge_line(w, to, w->map + (size_t)near * w->l->source.w * w->pixel, left);
    }
}

/* Without a byte too many: of planes, whose pieces are no neighbours, and at the end of the network's input. */
static void copy_exactly(const struct window_run *r, size_t piece, size_t pixel) {
    for (size_t i = 0; i < r->count * r->lines; i++) {
        uint8_t *to = r->to + i / r->lines * r->row + i % r->lines * r->line;
        const uint8_t *from = r->from + i / r->lines * r->step + i % r->lines * r->below;
        for (size_t at = 0; at < r->line; at += piece, from += pixel)
            memcpy(to + at, from, piece);
    }
}

/* Windows of one row of the output, x first .. end. */
static void gather_line(const struct windows *w, uint8_t *rows, size_t y, struct range x) {
    const struct plan_layer *p = &w->l->plan;
    const struct plan_tensor *source = &w->l->source;
    size_t row = w->l->row_bytes, below = source->w * w->pixel;
    ptrdiff_t top = (ptrdiff_t)(y * p->stride_h) - (ptrdiff_t)p->pad_top;
    bool inside = top >= 0 && (size_t)top + p->kernel_h <= source->h;
    for (; x.first < x.end; x.first++, rows += row) {
        ptrdiff_t left = (ptrdiff_t)(x.first * p->stride_w) - (ptrdiff_t)p->pad_left;
        if (!inside || left < 0 || (size_t)left + p->kernel_w > source->w) {
            edge(w, rows, top, left);
            continue;
        }
        /* up to the last one that lies inside as well */
        size_t end = (source->w - p->kernel_w + p->pad_left) / p->stride_w + 1;
        struct window_run run = {.to = rows,
                                 .row = row,
                                 .from = w->map + (size_t)top * below + (size_t)left * w->pixel,
                                 .step = p->stride_w * w->pixel,
                                 .below = below,
                                 .line = w->line,
                                 .lines = p->kernel_h,
                                 .count = (end < x.end ? end : x.end) - x.first};
        if (w->copy && (w->in_arena || ((size_t)top + p->kernel_h < source->h && below >= COPY_SLACK)))
            w->copy(&run);
        else
            copy_exactly(&run, w->piece, w->pixel);
        x.first += run.count - 1;
        rows += (run.count - 1) * row;
    }
}

void gather(const struct net_state *s, const struct layer *l, uint8_t *rows, size_t first, size_t count) {
    size_t pieces = l->source.type == PLAN_PLANES ? l->source.planes : 1, wide = l->made.w;
    struct windows w = {.l = l, .map = s->tensors[l->plan.source], .pixel = plan_pixel_bytes(&l->source)};
    w.copy = pieces == 1 ? s->vectors->copy_windows : NULL;
    w.in_arena = l->source.slot != PLAN_NONE;
    w.piece = w.pixel / pieces;
    w.line = l->plan.kernel_w * w.piece;
    for (size_t p = 0; p < pieces; p++, w.map += w.piece, rows += l->plan.kernel_h * w.line) {
        uint8_t *to = rows;
        for (size_t at = first; at < first + count;) {
            struct range x = {at % wide, at % wide + first + count - at};
            x.end = x.end < wide ? x.end : wide;
            gather_line(&w, to, at / wide, x);
            at += x.end - x.first;
            to += (x.end - x.first) * l->row_bytes;
        }
    }
}
