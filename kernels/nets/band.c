/* A pool that follows its convolution closely: some rows of the map between them at a time, in memory that stays in the
 * near caches, where the whole map would be written out and read back.
 *
 * The map keeps its shape; only a window of its rows exists. Threads share rows of the pool; those at a seam are made
 * by both. */
#include <string.h>

#include "state.h"

/* What a band may take of the caches, if one row of the pool is no larger; a map that fits needs none. */
enum { BAND_BYTES = 1 << 17 };

static size_t line_of(const struct plan_tensor *map) { return map->w * (size_t)plan_pixel_bytes(map); }

static struct range rows_of(const struct layer *pool, struct range made) {
    const struct plan_layer *p = &pool->plan;
    size_t first = window_inside(made.first, p->stride_h, p->pad_top, p->kernel_h, pool->source.h).first;
    return (struct range){first,
                          window_inside(made.end - 1, p->stride_h, p->pad_top, p->kernel_h, pool->source.h).end};
}

/* Rows of the pool that one band serves. */
static size_t step_of(const struct layer *pool) {
    size_t step = BAND_BYTES / (pool->plan.stride_h * line_of(&pool->source));
    return step ? step : 1;
}

static bool shares(const struct net *n, const struct plan_head *h, uint32_t one, uint32_t other) {
    if (one == PLAN_NONE || other == PLAN_NONE)
        return false;
    uint32_t slot = plan_read_tensor(n, h, one).slot;
    return slot != PLAN_NONE && slot == plan_read_tensor(n, h, other).slot;
}

/* Whether anything but its pool wants the map: layers behind the pair are asked. */
static bool is_private(const struct net *n, const struct plan_head *h, uint32_t map, uint32_t pool) {
    for (uint32_t i = pool + 1; i < h->layers; i++) {
        struct plan_layer l = plan_read_layer(n, h, i);
        if (l.source == map || l.shortcut == map)
            return false;
    }
    return map != h->output;
}

bool band_fits(const struct net *n, const struct plan_head *h, uint32_t index) {
    if (index == 0)
        return false;
    struct plan_layer pool = plan_read_layer(n, h, index), conv = plan_read_layer(n, h, index - 1);
    if (pool.op != PLAN_MAXPOOL || conv.op != PLAN_CONV || pool.source != conv.out || conv.bits != PLAN_NONE)
        return false;
    /* what the plan lets the pool write over is still read */
    if (shares(n, h, pool.out, conv.source) || shares(n, h, pool.out, conv.shortcut) ||
        shares(n, h, pool.bits, conv.source) || shares(n, h, pool.bits, conv.shortcut))
        return false;
    struct plan_tensor map = net_tensor(n, h, conv.out);
    return map.c == conv.filters && plan_tensor_bytes(&map) > 2 * BAND_BYTES &&
           is_private(n, h, conv.out, index);
}

uint64_t band_bytes(const struct layer *pool) {
    const struct plan_layer *p = &pool->plan;
    return ((step_of(pool) - 1) * p->stride_h + p->kernel_h) * (uint64_t)line_of(&pool->source);
}

void layer_band(const struct net_state *s, const struct layer *pool, size_t thread, struct range rows) {
    const struct layer *conv = pool - 1;
    uint8_t *band = s->scratch[thread].band;
    size_t line = line_of(&pool->source), step = step_of(pool), unit = conv->units / conv->made.h;
    size_t wide = pool->made.w;
    struct range have = {0, 0}, part;
    for (part.first = rows.first; part.first < rows.end; part.first = part.end) {
        part.end = rows.end - part.first < step ? rows.end : part.first + step;
        struct range want = rows_of(pool, part);
        /* line by line: the two places may overlap, no two of their lines do */
        for (size_t y = want.first; y < have.end && want.first > have.first; y++)
            memcpy(band + (y - want.first) * line, band + (y - have.first) * line, line);
        if (have.end < want.first)
            have.end = want.first;
        have.first = want.first;
        /* layers ask for the place of row 0 */
        s->tensors[pool->plan.source] = (uint8_t *)((uintptr_t)band - have.first * line);
        layer_conv(s, conv, thread, (struct range){have.end * unit, want.end * unit});
        have.end = want.end;
        layer_maxpool(s, pool, thread, (struct range){part.first * wide, part.end * wide});
    }
}
