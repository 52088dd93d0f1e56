/* Element-wise pieces, one element after the other. */
#include "oracle.h"
#include <math.h>
#include <string.h>

static bool is(const struct kernel_case *c, const char *op) { return strcmp(c->variant->op, op) == 0; }

static double at(const struct kernel_case *c, enum form_kind kind, const void *rows, size_t stride, size_t row,
                 size_t i) {
    struct form form = {kind, 1};
    return oracle_value(&form, (const uint8_t *)rows + row * stride, c->shape.k, i);
}

static double pooled(const struct kernel_case *c, size_t out, size_t i) {
    const struct map_args *g = &c->args.map;
    size_t wide = (g->n + 1) / 2, y = out / wide * 2, x = out % wide * 2;
    double best = -1;
    for (size_t dy = 0; dy < 2 && y + dy < g->m; dy++)
        for (size_t dx = 0; dx < 2 && x + dx < g->n; dx++)
            best = fmax(best, at(c, FORM_BITS, g->a, g->a_stride, (y + dy) * g->n + x + dx, i));
    return best;
}

static double one(const struct kernel_case *c, size_t row, size_t i) {
    const struct map_args *g = &c->args.map;
    if (is(c, "signf"))
        return at(c, FORM_FP32, g->a, g->a_stride, row, i);
    if (is(c, "signi"))
        return at(c, FORM_INT8, g->a, g->a_stride, row, i);
    if (is(c, "maxpool"))
        return pooled(c, row, i);
    double a = at(c, FORM_BITS, g->a, g->a_stride, row, i), b = at(c, FORM_BITS, g->b, g->b_stride, row, i);
    return is(c, "xnor") ? a * b : fmax(a, b);
}

static void planes(const struct kernel_case *c, void *want, size_t row) {
    const struct map_args *g = &c->args.map;
    for (size_t i = 0; i < g->k; i++) {
        unsigned code = ((const uint8_t *)g->a)[row * g->a_stride + i];
        for (size_t p = 0; p < g->n; p++)
            oracle_put(c, want, 0, row, p * ((g->k + 63) / 64 * 64) + i, code >> p & 1 ? -1 : 1);
    }
}

static void count(const struct kernel_case *c, void *want, size_t row) {
    const struct map_args *g = &c->args.map;
    double ones = 0;
    for (size_t i = 0; i < g->k; i++)
        ones += at(c, FORM_BITS, g->a, g->a_stride, row, i) < 0;
    oracle_put(c, want, 0, row, 0, ones);
}

void oracle_map(const struct kernel_case *c, void *want) {
    for (size_t row = 0; row < c->outputs[0].rows; row++)
        if (is(c, "popcount"))
            count(c, want, row);
        else if (is(c, "planes"))
            planes(c, want, row);
        else
            for (size_t i = 0; i < c->shape.k; i++)
                oracle_put(c, want, 0, row, i, one(c, row, i));
}
