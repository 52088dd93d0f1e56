/* Reads the records of a plan; trusts nothing but that the tables lie inside the file. */
#include "plan.h"

#include <stdarg.h>
#include <stdio.h>

uint32_t plan_u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t plan_u64(const uint8_t *at) { return plan_u32(at) | (uint64_t)plan_u32(at + 4) << 32; }

struct plan_head plan_read_head(const struct net *n) {
    const uint8_t *at = n->bytes + 16;
    return (struct plan_head){
        .tensors = plan_u32(at),
        .tensor_at = plan_u32(at + 4),
        .layers = plan_u32(at + 8),
        .layer_at = plan_u32(at + 12),
        .checks = plan_u32(at + 16),
        .check_at = plan_u32(at + 20),
        .slots = plan_u32(at + 24),
        .input = plan_u32(at + 28),
        .output = plan_u32(at + 32),
    };
}

struct plan_tensor plan_read_tensor(const struct net *n, const struct plan_head *h, uint32_t index) {
    const uint8_t *at = n->bytes + h->tensor_at + (size_t)index * PLAN_TENSOR_BYTES;
    return (struct plan_tensor){plan_u32(at), plan_u32(at + 4), plan_u32(at + 8), plan_u32(at + 12),
                                plan_u32(at + 16)};
}

struct plan_layer plan_read_layer(const struct net *n, const struct plan_head *h, uint32_t index) {
    const uint8_t *at = n->bytes + h->layer_at + (size_t)index * PLAN_LAYER_BYTES;
    uint32_t f[15];
    for (int i = 0; i < 15; i++)
        f[i] = plan_u32(at + 4 * i);
    return (struct plan_layer){.op = f[0],
                               .source = f[1],
                               .shortcut = f[2],
                               .out = f[3],
                               .bits = f[4],
                               .kernel = f[5],
                               .stride = f[6],
                               .pad = f[7],
                               .border = f[8],
                               .shift = f[9],
                               .factor = f[10],
                               .weights = f[11],
                               .weights_bytes = f[12],
                               .multiplier = f[13],
                               .bias = f[14]};
}

uint32_t plan_row_words(uint32_t channels) { return (channels + 63) / 64; }

uint32_t plan_pixel_bytes(const struct plan_tensor *t) {
    switch (t->type) {
    case PLAN_I8:
        return t->c;
    case PLAN_I16:
        return 2 * t->c;
    case PLAN_BITS:
        return 8 * plan_row_words(t->c);
    default:
        return 4 * t->c;
    }
}

uint64_t plan_tensor_bytes(const struct plan_tensor *t) {
    return (uint64_t)t->h * t->w * plan_pixel_bytes(t);
}

uint32_t plan_padded_k(const struct plan_layer *l, const struct plan_tensor *source) {
    if (l->op == PLAN_BCONV)
        return l->kernel * l->kernel * plan_row_words(source->c) * 64;
    return plan_true_k(l, source);
}

uint32_t plan_true_k(const struct plan_layer *l, const struct plan_tensor *source) {
    if (l->op == PLAN_DENSE8)
        return source->h * source->w * source->c;
    return l->kernel * l->kernel * source->c;
}

bool plan_fail(char *err, size_t err_size, const char *format, ...) {
    va_list words;
    va_start(words, format);
    vsnprintf(err, err_size, format, words);
    va_end(words);
    return false;
}
