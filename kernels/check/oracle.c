/* The judge of `ref`: every element unpacked by itself, multiplied, added. Shares no line with any kernel. */
#include "oracle.h"
#include <string.h>

static unsigned bit_at(const uint8_t *row, size_t i) { return row[i / 8] >> i % 8 & 1; }

double oracle_value(const struct form *form, const void *row, size_t k, size_t i) {
    uint16_t half;
    float real;
    unsigned code = 0;
    switch (form->kind) {
    case FORM_BITS:
        return bit_at(row, i) ? -1 : 1;
    case FORM_PLANES:
        for (unsigned p = 0; p < form->bits; p++)
            code |= bit_at((const uint8_t *)row + p * ((k + 63) / 64 * 8), i) << p;
        return code;
    case FORM_FP32:
        memcpy(&real, (const uint8_t *)row + 4 * i, 4);
        return (double)real;
    case FORM_FP16:
    case FORM_BF16:
        memcpy(&half, (const uint8_t *)row + 2 * i, 2);
        return (double)(form->kind == FORM_FP16 ? half_value(half) : bf16_value(half));
    default:
        return ((const int8_t *)row)[i];
    }
}

void oracle_put(const struct kernel_case *c, void *want, size_t output, size_t row, size_t i, double value) {
    const struct case_output *o = &c->outputs[output];
    uint8_t *at = (uint8_t *)want + row * o->stride;
    for (size_t before = 0; before < output; before++)
        at += c->outputs[before].bytes;
    float real = (float)value;
    int32_t whole = o->type == CASE_I32 ? (int32_t)value : 0;
    if (o->type == CASE_F32)
        memcpy(at + 4 * i, &real, 4);
    else if (o->type == CASE_I32)
        memcpy(at + 4 * i, &whole, 4);
    else if (value < 0)
        at[i / 8] |= (uint8_t)(1u << i % 8);
}

static double weight(const struct kernel_case *c, size_t n, size_t i) {
    const uint8_t *row = (const uint8_t *)c->weights + n * c->weights_stride;
    if (c->forms.b.kind != FORM_POOL)
        return oracle_value(&c->forms.b, row, c->shape.k, i);
    return c->pool[(size_t)row[i / POOL_GROUP] * POOL_GROUP + i % POOL_GROUP];
}

static void oracle_gemm(const struct kernel_case *c, void *want) {
    const struct gemm_args *g = &c->args.gemm;
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const uint8_t *a = (const uint8_t *)g->a + m * g->a_stride;
            double sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += oracle_value(&c->forms.a, a, g->k, i) * weight(c, n, i);
            oracle_put(c, want, 0, m, n, sum);
        }
}

void oracle_run(const struct kernel_case *c, void *want) {
    if (c->variant->kind == KERNEL_gemm)
        oracle_gemm(c, want);
    else if (c->variant->kind == KERNEL_conv)
        oracle_conv(c, want);
    else
        oracle_map(c, want);
}
