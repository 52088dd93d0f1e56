/* Cases of the element-wise pieces. */
#include "../pack/panel.h"
#include "parts.h"
#include <string.h>

static void call(const struct kernel_case *c) { c->variant->map->run(&c->args.map); }

static bool is(const struct kernel_case *c, const char *op) { return strcmp(c->variant->op, op) == 0; }

/* Rows of input and the form of their elements. */
static struct form form_of(const struct kernel_case *c) {
    if (is(c, "signf"))
        return (struct form){FORM_FP32, 32};
    if (is(c, "signi"))
        return (struct form){FORM_INT8, 8};
    if (is(c, "planes"))
        return (struct form){FORM_CODES, (unsigned)c->shape.n};
    return (struct form){FORM_BITS, 1};
}

/* Bytes of codes of all 8 bits; FORM_CODES holds signed bytes only. */
static void *byte_codes(struct kernel_case *c, const struct case_wish *wish, size_t *stride) {
    struct form bytes = {FORM_INT8, 8};
    uint8_t *at = case_rows(c, &bytes, c->shape.m, c->shape.k, wish->layout.a_gap, wish, FILL_A, stride);
    for (size_t m = 0; at != NULL && m < c->shape.m; m++)
        for (size_t k = 0; k < c->shape.k; k++)
            at[m * *stride + k] &= (uint8_t)((1u << c->shape.n) - 1);
    return at;
}

static void *output(struct kernel_case *c, size_t gap) {
    const struct case_shape *s = &c->shape;
    size_t words = bits_row_bytes(s->k) / 8;
    if (is(c, "popcount"))
        return case_output(c, CASE_I32, s->m, 1, gap);
    if (is(c, "planes"))
        return case_output(c, CASE_BITS, s->m, s->n * words, gap);
    if (is(c, "maxpool"))
        return case_output(c, CASE_BITS, (s->m + 1) / 2 * ((s->n + 1) / 2), words, gap);
    return case_output(c, CASE_BITS, s->m, words, gap);
}

bool case_open_map(struct kernel_case *c, const struct case_wish *wish) {
    struct map_args *g = &c->args.map;
    const struct case_shape *s = &c->shape;
    struct form form = form_of(c);
    size_t rows = is(c, "maxpool") ? s->m * s->n : s->m, gap = wish->layout.a_gap;
    c->call = call;
    g->m = s->m, g->n = s->n, g->k = s->k;
    g->a = is(c, "planes") ? byte_codes(c, wish, &g->a_stride)
                           : case_rows(c, &form, rows, s->k, gap, wish, FILL_A, &g->a_stride);
    if (is(c, "xnor") || is(c, "or"))
        g->b = case_rows(c, &form, rows, s->k, gap, wish, FILL_B, &g->b_stride);
    g->c = output(c, wish->layout.c_gap);
    if (!g->a || !g->c || ((is(c, "xnor") || is(c, "or")) && !g->b))
        return false;
    g->c_stride = c->outputs[0].stride;
    return true;
}
