/* Cases of gemm, gemv and poolgemm. */
#include "parts.h"
#include <string.h>

static void call(const struct kernel_case *c) { c->variant->gemm->run(&c->args.gemm); }

static bool open_pool(struct kernel_case *c, const struct case_wish *wish, struct gemm_weights *weights) {
    if (c->forms.b.kind != FORM_POOL)
        return true;
    int8_t *pool = case_input(c, (size_t)POOL_VECTORS * POOL_GROUP, 1);
    struct fill how = {&c->forms.b, 0, FILL_B, wish->fill, wish->seed};
    if (pool != NULL)
        fill_pool(pool, &how);
    weights->pool = c->pool = pool;
    return pool != NULL;
}

bool case_open_gemm(struct kernel_case *c, const struct case_wish *wish) {
    const struct gemm_kernel *kernel = c->variant->gemm;
    const struct case_shape *s = &c->shape;
    struct gemm_args *g = &c->args.gemm;
    struct gemm_weights weights = {.n = s->n, .k = s->k, .encoding = wish->options.encoding};
    c->call = call;
    g->m = s->m, g->n = s->n, g->k = s->k;
    g->a = case_rows(c, &c->forms.a, s->m, s->k, wish->layout.a_gap, wish, FILL_A, &g->a_stride);
    weights.b = case_rows(c, &c->forms.b, s->n, s->k, 0, wish, FILL_B, &weights.b_stride);
    if (!g->a || !weights.b || !open_pool(c, wish, &weights))
        return false;
    c->weights = weights.b, c->weights_stride = weights.b_stride;
    c->weights_bytes = kernel->rhs_bytes(s->m, s->n, s->k);
    c->scratch_bytes = kernel->work_bytes(s->m, s->n, s->k);
    void *rhs = case_input(c, c->weights_bytes, 64);
    g->rhs = rhs;
    g->work = case_scratch(c, c->scratch_bytes, 64);
    g->c = case_output(c, c->forms.is_float ? CASE_F32 : CASE_I32, s->m, s->n, wish->layout.c_gap);
    if (!rhs || !g->work || !g->c)
        return false;
    g->c_stride = c->outputs[0].stride;
    kernel->pack_rhs(rhs, &weights);
    return true;
}
