/* gemv w8a8: one row of A against rows of B that lie one behind the other, so that memory is read as one stream.
 *
 * Included behind kernel.h, string.h, STEP, `a_value` and `int32_t dot(const a_value *a, const int8_t *row, size_t k)`,
 * k a multiple of STEP: rows of B are filled with zeros, and so is the copy of A in work. */
static size_t padded(size_t k) { return (k + STEP - 1) / STEP * STEP; }

/* A as a_value, in work. */
static inline void stage_values(a_value *to, const int8_t *from, size_t k) {
    for (size_t i = 0; i < k; i++)
        to[i] = from[i];
    memset(to + k, 0, (padded(k) - k) * sizeof *to);
}

static void run(const struct gemm_args *g) {
    size_t k = padded(g->k);
    const int8_t *row = g->rhs;
    int32_t *c = g->c;
    stage_values(g->work, g->a, g->k);
    for (size_t n = 0; n < g->n; n++, row += k)
        c[n] = dot(g->work, row, k);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return n * padded(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return padded(k) * sizeof(a_value);
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t k = padded(w->k);
    uint8_t *row = rhs;
    for (size_t n = 0; n < w->n; n++, row += k) {
        memset(row, 0, k);
        memcpy(row, (const uint8_t *)w->b + n * w->b_stride, w->k);
    }
}
