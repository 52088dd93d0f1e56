/* Comparing outputs: integers and bits exactly, floats within what their scheme promises. */
#include "case.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Sums of exact products in fp32, in any order. fp16 may sum short blocks in 16 bits. The epilogue of an integer
 * convolution has an order of its own, so its floats are exact. */
static double tolerance(const struct kernel_case *c) {
    if (!c->forms.is_float)
        return 0;
    double one = strcmp(c->variant->scheme, "fp16") == 0 ? 1e-3 : 1e-5;
    return one * sqrt((double)c->shape.k);
}

static bool near(float got, float want, double limit) {
    return fabs((double)got - (double)want) <= limit + (limit > 0 ? 1e-5 * fabs((double)want) : 0);
}

static bool element_matches(enum case_type type, const uint8_t *got, const uint8_t *want, double limit, char *words,
                            size_t size) {
    if (type == CASE_BITS) {
        uint64_t g, w;
        memcpy(&g, got, 8), memcpy(&w, want, 8);
        snprintf(words, size, "want %016llx got %016llx", (unsigned long long)w, (unsigned long long)g);
        return g == w;
    }
    if (type == CASE_F32) {
        float g, w;
        memcpy(&g, got, 4), memcpy(&w, want, 4);
        if (near(g, w, limit)) /* NaN never is */
            return true;
        snprintf(words, size, "want %.9g got %.9g", (double)w, (double)g);
        return false;
    }
    int32_t g, w;
    memcpy(&g, got, 4), memcpy(&w, want, 4);
    if (g == w)
        return true;
    snprintf(words, size, "want %ld got %ld", (long)w, (long)g);
    return false;
}

static bool output_matches(const struct case_output *o, const uint8_t *want, double limit, char *err, size_t err_size) {
    size_t element = o->type == CASE_BITS ? 8 : 4;
    char words[64];
    for (size_t row = 0; row < o->rows; row++)
        for (size_t i = 0; i < o->elements; i++) {
            size_t at = row * o->stride + i * element;
            const uint8_t *got = (const uint8_t *)o->at + at;
            if (o->type != CASE_F32 && memcmp(got, want + at, element) == 0)
                continue;
            if (!element_matches(o->type, got, want + at, limit, words, sizeof words)) {
                snprintf(err, err_size, "at [%zu][%zu] %s", row, i, words);
                return false;
            }
        }
    return true;
}

bool case_matches(const struct kernel_case *c, const void *want, char *err, size_t err_size) {
    const uint8_t *at = want;
    double limit = tolerance(c);
    for (size_t i = 0; i < c->output_count; at += c->outputs[i++].bytes)
        if (!output_matches(&c->outputs[i], at, limit, err, err_size))
            return false;
    return true;
}
