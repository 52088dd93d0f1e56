/* xnor_gemv_w1a1 with the cpop instruction of Zbb: every word of B is loaded once, so eight columns share a load of
 * A. */
#include "../pack/panel.h"
#include "rows.h"
#if !defined(__riscv_zbb)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 8 };

static void run(const struct gemm_args *g) {
    const size_t words = bits_row_bytes(g->k) / 8;
    const uint64_t *a = g->a, *b = g->rhs;
    int32_t *c = g->c;
    for (size_t n = 0; n < g->n; n += NR) {
        uint64_t sum[NR] = {0};
#pragma clang loop unroll_count(4) vectorize(disable)
        for (size_t i = 0; i < words; i++, b += NR) {
            uint64_t word = a[i];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NR; j++)
                sum[j] += (uint64_t)__builtin_popcountll(word ^ b[j]);
            /* a compiler that loads words ahead spills sums */
            __asm__ volatile(""
                             : "+r"(sum[0]), "+r"(sum[1]), "+r"(sum[2]), "+r"(sum[3]), "+r"(sum[4]), "+r"(sum[5]),
                               "+r"(sum[6]), "+r"(sum[7])
                             :
                             : "memory");
        }
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NR; j++)
            if (n + j < g->n)
                c[n + j] = (int32_t)(g->k - 2 * sum[j]);
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), NR, 8);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), NR, 8);
}

const struct gemm_kernel xnor_gemv_w1a1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
