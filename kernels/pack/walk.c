/* Nothing here is done per element of a sum, so it is compiled once, for the base of the target. */
#include "walk.h"

/* A tile that hangs over the right edge. */
static __attribute__((noinline, cold)) void run_edge(const struct tile *t, tile_fn *fn, size_t rows, size_t nr,
                                                     size_t columns) {
    alignas(64) uint8_t edge[TILE_MAX_BYTES];
    struct tile inner = *t;
    inner.c = edge;
    inner.c_stride = nr * 4;
    fn(&inner);
    tile_copy_edge(t, edge, inner.c_stride, rows, columns);
}

void pair_run(const struct tile_pair *pair, const struct gemm_args *g, const void *a, size_t a_stride,
              size_t bytes_of_panel) {
    struct tile tile = {.a_stride = a_stride, .c_stride = g->c_stride, .k = g->k, .work = g->work, .panel = g->rhs};
    for (size_t n = 0; n < g->n; n += pair->nr, tile.panel += bytes_of_panel) {
        size_t rows, columns = g->n - n;
        for (tile.row = 0; tile.row < g->m; tile.row += rows) {
            rows = g->m - tile.row < pair->mr ? 1 : pair->mr;
            tile_fn *fn = rows == 1 ? pair->one : pair->full;
            tile.a = (const uint8_t *)a + tile.row * a_stride;
            tile.c = (uint8_t *)g->c + tile.row * g->c_stride + n * 4;
            if (columns >= pair->nr)
                fn(&tile);
            else
                run_edge(&tile, fn, rows, pair->nr, columns);
        }
    }
}
