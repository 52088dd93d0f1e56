/* Opening, comparing and closing one case. */
#include "case.h"
#include "fills.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static enum fill_element element_of(const struct kernel_variant *v) {
    return strcmp(v->scheme, "w1a1") == 0 ? FILL_BITS : strcmp(v->scheme, "fp32") == 0 ? FILL_FP32 : FILL_INT8;
}

static size_t row_bytes(enum fill_element element, size_t k) {
    return element == FILL_BITS ? (k + 63) / 64 * 8 : element == FILL_FP32 ? 4 * k : k;
}

/* FNV over words, the rest over bytes; a change by mistake is what it must find. */
static uint64_t digest(uint64_t state, const void *bytes, size_t size) {
    const uint8_t *byte = bytes;
    size_t i = 0;
    for (uint64_t word; i + 8 <= size; i += 8) {
        memcpy(&word, byte + i, 8);
        state = (state ^ word) * 0x100000001b3u;
        state ^= state >> 29;
    }
    for (; i < size; i++)
        state = (state ^ byte[i]) * 0x100000001b3u;
    return state;
}

static uint64_t inputs_digest(const struct kernel_case *c) {
    return digest(digest(0xcbf29ce484222325u, c->a, c->a_bytes), c->rhs, c->rhs_bytes);
}

static void set_sizes(struct kernel_case *c, enum fill_element element, const struct case_layout *layout) {
    static const size_t element_bytes[] = {[FILL_BITS] = 8, [FILL_INT8] = 1, [FILL_FP32] = 4};
    const struct gemm_kernel *kernel = c->variant->gemm;
    c->element_bytes = element_bytes[element];
    c->a_row_bytes = row_bytes(element, c->k);
    c->args.a_stride = c->a_row_bytes + layout->a_gap * c->element_bytes;
    c->args.c_stride = (c->n + layout->c_gap) * 4;
    /* the last row has no gap behind it: the buffer ends where the kernel must end */
    c->a_bytes = (c->m - 1) * c->args.a_stride + c->a_row_bytes;
    c->c_bytes = (c->m - 1) * c->args.c_stride + c->n * 4;
    c->b_bytes = c->n * c->a_row_bytes;
    c->rhs_bytes = kernel->rhs_bytes(c->m, c->n, c->k);
    c->work_bytes = kernel->work_bytes(c->m, c->n, c->k);
    c->type = element == FILL_FP32 ? CASE_F32 : CASE_I32;
    c->ops = 2.0 * (double)c->m * (double)c->n * (double)c->k;
}

/* Sums must fit 32 bits, and buffers the address space of the smallest target. */
static bool possible(size_t m, size_t n, size_t k, enum fill_element element) {
    const double room = (double)(SIZE_MAX / 16);
    size_t longest = element == FILL_INT8 ? INT32_MAX / (128 * 128) : INT32_MAX / 4;
    return m >= 1 && n >= 1 && k >= 1 && k <= longest && (double)m * (double)n < room / 4 &&
           (double)m * (double)k < room / 4 && (double)n * (double)k < room / 4;
}

static bool get_buffers(struct kernel_case *c) {
    const struct case_memory *memory = &c->memory;
    c->a = memory->get(memory->self, c->a_bytes, c->element_bytes);
    c->b = memory->get(memory->self, c->b_bytes, c->element_bytes);
    c->rhs = memory->get(memory->self, c->rhs_bytes, 64);
    c->work = memory->get(memory->self, c->work_bytes, 64);
    c->c = memory->get(memory->self, c->c_bytes, 4);
    return c->a && c->b && c->rhs && c->work && c->c;
}

bool case_open_laid(struct kernel_case *c, const struct kernel_variant *v, size_t m, size_t n, size_t k, uint64_t seed,
                    enum case_fill fill, const struct case_layout *layout, const struct case_memory *memory, char *err,
                    size_t err_size) {
    memset(c, 0, sizeof *c);
    c->variant = v;
    c->m = m, c->n = n, c->k = k;
    c->memory = *memory;
    enum fill_element element = element_of(v);
    if (!possible(m, n, k, element)) {
        snprintf(err, err_size, "shape %zux%zux%zu is outside what a case can be", m, n, k);
        return false;
    }
    set_sizes(c, element, layout);
    if (!get_buffers(c)) {
        snprintf(err, err_size, "no memory for %s %zux%zux%zu", v->name, m, n, k);
        case_close(c);
        return false;
    }
    memset(c->a, CASE_CANARY, c->a_bytes);
    memset(c->c, CASE_CANARY, c->c_bytes);
    memset(c->work, CASE_CANARY, c->work_bytes);
    fill_matrix(c->a, m, k, c->args.a_stride, element, FILL_A, seed, fill);
    fill_matrix(c->b, n, k, c->a_row_bytes, element, FILL_B, seed, fill);
    v->gemm->pack_rhs(c->rhs, c->b, c->a_row_bytes, n, k);
    c->args.m = m, c->args.n = n, c->args.k = k;
    c->args.a = c->a, c->args.rhs = c->rhs, c->args.c = c->c, c->args.work = c->work;
    c->inputs_digest = inputs_digest(c);
    return true;
}

bool case_open(struct kernel_case *c, const struct kernel_variant *v, size_t m, size_t n, size_t k, uint64_t seed,
               enum case_fill fill, const struct case_memory *memory, char *err, size_t err_size) {
    static const struct case_layout dense = {0, 0};
    return case_open_laid(c, v, m, n, k, seed, fill, &dense, memory, err, err_size);
}

/* Rounding errors of a sum of K products in [-1, 1] grow like sqrt(K) at worst in practice; 1e-5 is 84 units of the
 * last place. Written so that a NaN on either side fails. */
static bool near(float got, float want, size_t k) {
    double limit = 1e-5 * sqrt((double)k) + 1e-5 * fabs((double)want);
    return fabs((double)got - (double)want) <= limit;
}

static bool row_matches(const struct kernel_case *c, size_t m, const void *want_row, char *err, size_t err_size) {
    const uint8_t *got_row = (const uint8_t *)c->c + m * c->args.c_stride;
    for (size_t n = 0; n < c->n; n++) {
        if (c->type == CASE_F32) {
            float got = ((const float *)got_row)[n], want = ((const float *)want_row)[n];
            if (!near(got, want, c->k)) {
                snprintf(err, err_size, "at [%zu][%zu] want %.9g got %.9g", m, n, (double)want, (double)got);
                return false;
            }
            continue;
        }
        int32_t got = ((const int32_t *)got_row)[n], want = ((const int32_t *)want_row)[n];
        if (got != want) {
            snprintf(err, err_size, "at [%zu][%zu] want %ld got %ld", m, n, (long)want, (long)got);
            return false;
        }
    }
    return true;
}

bool case_matches(const struct kernel_case *c, const void *want, char *err, size_t err_size) {
    for (size_t m = 0; m < c->m; m++)
        if (!row_matches(c, m, (const uint8_t *)want + m * c->args.c_stride, err, err_size))
            return false;
    return true;
}

bool case_untouched(const struct kernel_case *c, char *err, size_t err_size) {
    size_t gap = c->args.c_stride - 4 * c->n;
    for (size_t m = 0; m + 1 < c->m; m++) {
        const uint8_t *behind = (const uint8_t *)c->c + m * c->args.c_stride + 4 * c->n;
        for (size_t i = 0; i < gap; i++)
            if (behind[i] != CASE_CANARY) {
                snprintf(err, err_size, "wrote %zu bytes behind row %zu of C", i + 1, m);
                return false;
            }
    }
    if (inputs_digest(c) != c->inputs_digest) {
        snprintf(err, err_size, "wrote to its inputs");
        return false;
    }
    return true;
}

void case_close(struct kernel_case *c) {
    const struct case_memory *memory = &c->memory;
    void *blocks[] = {c->a, c->b, c->rhs, c->work, c->c};
    const size_t sizes[] = {c->a_bytes, c->b_bytes, c->rhs_bytes, c->work_bytes, c->c_bytes};
    for (unsigned i = 0; i < 5; i++)
        if (blocks[i])
            memory->put(memory->self, blocks[i], sizes[i]);
    c->a = c->b = c->rhs = c->work = c->c = NULL;
}
