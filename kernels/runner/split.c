#include "split.h"
#include <stdio.h>
#include <string.h>

/* Rows are handed out in multiples of every tile's height, columns in multiples of every tile's width and of a word of
 * bits, so that no tile is torn that was whole before. */
enum { ROWS = 12, COLUMNS = 64 };

struct range {
    size_t begin, end;
};

/* Part `index` of `count` of a side: whole grains, as even as they go. */
static struct range share(size_t side, size_t grain, size_t count, size_t index) {
    size_t grains = (side + grain - 1) / grain;
    size_t begin = grains * index / count * grain, end = grains * (index + 1) / count * grain;
    return (struct range){begin, end < side ? end : side};
}

static bool enough(size_t side, size_t grain, size_t count) { return (side + grain - 1) / grain >= count; }

static void *room(size_t bytes) {
    return case_plain_memory.get(case_plain_memory.self, bytes ? bytes : 1, 64);
}

static bool gemm_rows(const struct kernel_case *c, struct range r, struct gemm_args *g) {
    g->m = r.end - r.begin;
    g->a = (const uint8_t *)g->a + r.begin * g->a_stride;
    g->c = (uint8_t *)g->c + r.begin * g->c_stride;
    g->work = room(c->variant->gemm->work_bytes(g->m, g->n, g->k));
    return g->work != NULL;
}

static bool gemm_columns(const struct kernel_case *c, struct range r, struct gemm_args *g) {
    const struct gemm_kernel *kernel = c->variant->gemm;
    struct gemm_weights weights = {.b = (const uint8_t *)c->weights + r.begin * c->weights_stride,
                                   .b_stride = c->weights_stride,
                                   .n = r.end - r.begin,
                                   .k = g->k,
                                   .encoding = c->options.encoding,
                                   .pool = c->pool};
    void *rhs = room(kernel->rhs_bytes(g->m, weights.n, g->k));
    g->n = weights.n;
    g->rhs = rhs;
    g->c = (uint8_t *)g->c + 4 * r.begin;
    g->work = room(kernel->work_bytes(g->m, g->n, g->k));
    if (rhs != NULL)
        kernel->pack_rhs(rhs, &weights);
    return rhs != NULL && g->work != NULL;
}

static bool conv_columns(const struct kernel_case *c, struct range r, struct conv_args *g) {
    const struct conv_kernel *kernel = c->variant->conv;
    g->shape.n = r.end - r.begin;
    struct conv_weights weights = {.b = (const uint8_t *)c->weights + r.begin * c->weights_stride,
                                   .b_stride = c->weights_stride,
                                   .shape = g->shape,
                                   .encoding = c->options.encoding};
    void *rhs = room(kernel->rhs_bytes(&g->shape));
    g->rhs = rhs;
    g->work = room(kernel->work_bytes(&g->shape));
    if (rhs == NULL || g->work == NULL)
        return false;
    kernel->pack_rhs(rhs, &weights);
    if (g->out != NULL)
        g->out = (uint8_t *)g->out + 4 * r.begin;
    if (g->bits != NULL)
        g->bits += r.begin / 64;
    if (g->threshold != NULL)
        g->threshold += r.begin, g->flip += r.begin / 64;
    if (g->scale != NULL)
        g->scale += r.begin, g->bias += r.begin;
    if (g->shortcut != NULL)
        g->shortcut += r.begin;
    return true;
}

/* Weights are shared. */
static bool conv_rows(const struct kernel_case *c, struct range r, struct conv_args *g) {
    g->row = r.begin, g->rows = r.end - r.begin;
    g->work = room(c->variant->conv->work_bytes(&g->shape));
    return g->work != NULL;
}

/* The largest part of a side, in 1/1000 of it. */
static size_t largest(size_t side, size_t grain, size_t count) {
    size_t grains = (side + grain - 1) / grain;
    return 1000 * ((grains + count - 1) / count) / grains;
}

static void map_rows(struct range r, struct map_args *g) {
    g->m = r.end - r.begin;
    g->a = (const uint8_t *)g->a + r.begin * g->a_stride;
    if (g->b != NULL)
        g->b = (const uint8_t *)g->b + r.begin * g->b_stride;
    g->c = (uint8_t *)g->c + r.begin * g->c_stride;
}

static bool fill(const struct kernel_case *c, size_t count, size_t index, struct kernel_case *part, bool *possible) {
    const struct case_shape *s = &c->shape;
    *part = *c;
    if (c->variant->kind == KERNEL_gemm) {
        bool by_columns = enough(s->n, COLUMNS, count);
        bool by_rows = enough(s->m, ROWS, 8 * count) || (enough(s->m, ROWS, count) && !by_columns);
        *possible = by_rows || by_columns;
        if (!*possible)
            return false;
        return by_rows ? gemm_rows(c, share(s->m, ROWS, count, index), &part->args.gemm)
                       : gemm_columns(c, share(s->n, COLUMNS, count, index), &part->args.gemm);
    }
    if (c->variant->kind == KERNEL_conv) {
        size_t high = conv_out(&c->args.conv.shape, s->h);
        bool by_rows = high >= count, by_columns = s->groups == 1 && enough(s->n, COLUMNS, count);
        *possible = by_rows || by_columns;
        if (by_rows && by_columns)
            by_rows = largest(high, 1, count) <= largest(s->n, COLUMNS, count);
        if (by_rows)
            return conv_rows(c, share(high, 1, count, index), &part->args.conv);
        return by_columns && conv_columns(c, share(s->n, COLUMNS, count, index), &part->args.conv);
    }
    *possible = strcmp(c->variant->op, "maxpool") != 0 && s->m >= count;
    if (*possible)
        map_rows(share(s->m, 1, count, index), &part->args.map);
    return *possible;
}

bool split_case(const struct kernel_case *c, size_t count, struct kernel_case *parts, char *err, size_t err_size) {
    for (size_t i = 0; i < count; i++) {
        bool possible;
        if (fill(c, count, i, &parts[i], &possible))
            continue;
        if (possible)
            snprintf(err, err_size, "no memory for %zu threads", count);
        else
            snprintf(err, err_size, "%s of this shape has no parts for %zu threads", c->variant->op, count);
        return false;
    }
    return true;
}
