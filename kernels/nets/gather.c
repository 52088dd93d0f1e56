/* Windows of a map as rows of a matrix: any window, any border. A row is the taps in reading order; of planes, the
 * taps of the lowest plane first. */
#include <string.h>

#include "state.h"

/* memcpy without its call for the lengths that a window's line has: two halves that overlap. */
static inline void copy(uint8_t *to, const uint8_t *from, size_t bytes) {
    if (bytes > 64 || bytes < 16) {
        memcpy(to, from, bytes);
    } else if (bytes > 32) {
        memcpy(to, from, 32);
        memcpy(to + bytes - 32, from + bytes - 32, 32);
    } else {
        memcpy(to, from, 16);
        memcpy(to + bytes - 16, from + bytes - 16, 16);
    }
}

/* What is the same for all windows of a call. A piece is what a tap takes of a pixel: all of it, or one plane. */
struct windows {
    const struct layer *l;
    const uint8_t *map; /* of the first piece */
    size_t pixel, piece, line;
};

/* Taps outside of the map in the line whose first pixel is `nearest_line`; NULL: nothing of it is in the map. */
static void fill(const struct windows *w, uint8_t *to, const uint8_t *nearest, size_t taps) {
    const struct layer *l = w->l;
    uint32_t used = l->source.c % 64;
    switch (l->plan.border) {
    case PLAN_REPLICATE:
        for (size_t i = 0; i < taps; i++)
            copy(to + i * w->piece, nearest, w->piece);
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
    if (w->piece == w->pixel) {
        copy(to, from, taps * w->piece);
        return;
    }
    for (size_t i = 0; i < taps; i++)
        memcpy(to + i * w->piece, from + i * w->pixel, w->piece);
}

static __attribute__((noinline)) void edge_line(const struct windows *w, uint8_t *to, const uint8_t *map_line,
                                                ptrdiff_t left) {
    size_t wide = w->l->source.w, kernel = w->l->plan.kernel_w;
    /* a border is narrower than the window, so at least one column lies inside */
    size_t skip = left < 0 ? (size_t)-left : 0, inside = (size_t)((ptrdiff_t)wide - left);
    size_t end = inside < kernel ? inside : kernel;
    fill(w, to, map_line, skip);
    copy_taps(w, to + skip * w->piece, map_line + (size_t)(left + (ptrdiff_t)skip) * w->pixel, end - skip);
    fill(w, to + end * w->piece, map_line + (wide - 1) * w->pixel, kernel - end);
}

static __attribute__((noinline)) void edge(const struct windows *w, uint8_t *to, ptrdiff_t top, ptrdiff_t left) {
    ptrdiff_t high = (ptrdiff_t)w->l->source.h;
    for (size_t ky = 0; ky < w->l->plan.kernel_h; ky++, to += w->line) {
        ptrdiff_t y = top + (ptrdiff_t)ky, near = y < 0 ? 0 : y < high ? y : high - 1;
        if (y == near || w->l->plan.border == PLAN_REPLICATE)
            edge_line(w, to, w->map + (size_t)near * w->l->source.w * w->pixel, left);
        else
            fill(w, to, NULL, w->l->plan.kernel_w);
    }
}

static void gather_pieces(const struct windows *w, uint8_t *rows, size_t first, size_t count) {
    const struct plan_layer *p = &w->l->plan;
    const struct plan_tensor *source = &w->l->source;
    size_t wide = w->l->made.w, y = first / wide, x = first % wide, step = source->w * w->pixel;
    for (size_t i = 0; i < count; i++, rows += w->l->row_bytes) {
        ptrdiff_t top = (ptrdiff_t)(y * p->stride_h) - (ptrdiff_t)p->pad_top;
        ptrdiff_t left = (ptrdiff_t)(x * p->stride_w) - (ptrdiff_t)p->pad_left;
        if (top < 0 || left < 0 || (size_t)top + p->kernel_h > source->h || (size_t)left + p->kernel_w > source->w) {
            edge(w, rows, top, left);
        } else {
            const uint8_t *from = w->map + (size_t)top * step + (size_t)left * w->pixel;
            uint8_t *to = rows;
            for (size_t ky = 0; ky < p->kernel_h; ky++, to += w->line, from += step)
                copy_taps(w, to, from, p->kernel_w);
        }
        if (++x == wide)
            x = 0, y++;
    }
}

void gather(const struct layer *l, const uint8_t *map, uint8_t *rows, size_t first, size_t count) {
    size_t pieces = l->source.type == PLAN_PLANES ? l->source.planes : 1;
    struct windows w = {.l = l, .map = map, .pixel = plan_pixel_bytes(&l->source)};
    w.piece = w.pixel / pieces;
    w.line = l->plan.kernel_w * w.piece;
    for (size_t p = 0; p < pieces; p++, w.map += w.piece, rows += l->plan.kernel_h * w.line)
        gather_pieces(&w, rows, first, count);
}
