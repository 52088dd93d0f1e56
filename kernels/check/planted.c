/* Variants with one defect each, so that the tests can see the checker find it. They are right but for that, and
 * only in shapes that a lazy sweep would miss. Never in the registry. */
#include "check.h"
#include <string.h>

static const struct gemm_kernel *good(void) { return kernel_ref("gemm", "w8a8")->gemm; }

static size_t rhs_bytes(size_t m, size_t n, size_t k) { return good()->rhs_bytes(m, n, k); }
static size_t work_bytes(size_t m, size_t n, size_t k) { return good()->work_bytes(m, n, k); }
static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    good()->pack_rhs(rhs, w);
}

static uint8_t *last_c(const struct gemm_args *g) {
    return (uint8_t *)g->c + (g->m - 1) * g->c_stride + (g->n - 1) * 4;
}

static void run_wrong(const struct gemm_args *g) {
    good()->run(g);
    if (g->n % 16 == 15)
        ++*(int32_t *)last_c(g);
}

static void run_overread(const struct gemm_args *g) {
    good()->run(g);
    const volatile int8_t *end = (const int8_t *)g->a + (g->m - 1) * g->a_stride + g->k;
    if (g->k % 4 == 3)
        (void)*end;
}

static void run_overwrite(const struct gemm_args *g) {
    good()->run(g);
    if (g->n % 8 == 7)
        memset(last_c(g) + 4, 0, 4);
}

static void run_gap(const struct gemm_args *g) {
    good()->run(g);
    if (g->m > 4 && g->c_stride > 4 * g->n)
        ((uint8_t *)g->c)[g->c_stride - 1] = 0;
}

static void run_crash(const struct gemm_args *g) {
    good()->run(g);
    volatile uint8_t *volatile nowhere = (uint8_t *)sizeof(int);
    if (g->m == 6)
        *nowhere = 1;
}

#define DEFECT(name)                                                                                                   \
    static const struct gemm_kernel kernel_##name = {run_##name, rhs_bytes, work_bytes, pack_rhs};
DEFECT(wrong)
DEFECT(overread)
DEFECT(overwrite)
DEFECT(gap)
DEFECT(crash)

#define VARIANT(name) {"planted", "gemm", "w8a8", #name, KERNEL_gemm, 0, .gemm = &kernel_##name}
static const struct kernel_variant variants[] = {VARIANT(wrong), VARIANT(overread), VARIANT(overwrite), VARIANT(gap),
                                                 VARIANT(crash)};

const struct kernel_variant *planted_find(const char *defect) {
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
        if (strcmp(variants[i].isa, defect) == 0)
            return &variants[i];
    return NULL;
}
