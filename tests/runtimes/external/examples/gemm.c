/* A w8a8 matrix product of one's own: C[M][N] = A[M][K] x B, B lying as N rows of K. */
#include "harness_worker.h"

static int m, n, k;
static const int8_t *a, *b;
static int32_t *c;

static void infer(void *self) {
    (void)self;
    for (int i = 0; i < m * n; i++)
        for (int p = c[i] = 0; p < k; p++)
            c[i] += a[i / n * k + p] * b[i % n * k + p];
}

int main(int argc, char **argv) { /* a b m n k */
    m = atoi(argv[argc - 3]), n = atoi(argv[argc - 2]), k = atoi(argv[argc - 1]);
    a = harness_read(argv[1], (size_t)m * k), b = harness_read(argv[2], (size_t)n * k), c = calloc((size_t)m * n, 4);
    struct harness_worker w = {infer, NULL, c, (size_t)m * n * 4, "gemm.c 1.0", "w8a8", (int64_t)n * k, 0};
    return harness_work(&w);
}
