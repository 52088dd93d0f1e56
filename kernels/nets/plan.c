/* Reads the records of a plan; trusts nothing but that the tables lie inside the file. */
#include "plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(struct plan_tensor) == PLAN_TENSOR_BYTES, "a record of the file");
_Static_assert(sizeof(struct plan_layer) == PLAN_LAYER_BYTES, "a record of the file");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are read as they lie");

uint32_t plan_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

uint64_t plan_u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

struct plan_head plan_read_head(const struct net *n) {
    struct plan_head head;
    memcpy(&head, n->bytes + 16, sizeof head);
    return head;
}

struct plan_tensor plan_read_tensor(const struct net *n, const struct plan_head *h, uint32_t index) {
    struct plan_tensor tensor;
    memcpy(&tensor, n->bytes + h->tensor_at + (size_t)index * PLAN_TENSOR_BYTES, sizeof tensor);
    return tensor;
}

struct plan_layer plan_read_layer(const struct net *n, const struct plan_head *h, uint32_t index) {
    struct plan_layer layer;
    memcpy(&layer, n->bytes + h->layer_at + (size_t)index * PLAN_LAYER_BYTES, sizeof layer);
    return layer;
}

uint32_t plan_made(const struct plan_layer *l) { return l->out == PLAN_NONE ? l->bits : l->out; }

uint32_t plan_channels(const struct plan_layer *l, const struct plan_tensor *source) {
    return l->op == PLAN_CONV ? l->filters : source->c;
}

uint32_t plan_row_words(uint32_t channels) { return (channels + 63) / 64; }

uint32_t plan_pixel_bytes(const struct plan_tensor *t) {
    switch (t->type) {
    case PLAN_I8:
        return t->c;
    case PLAN_F16:
        return 2 * t->c;
    case PLAN_BITS:
        return 8 * plan_row_words(t->c);
    case PLAN_PLANES:
        return 8 * plan_row_words(t->c) * t->planes;
    default:
        return 4 * t->c;
    }
}

uint64_t plan_tensor_bytes(const struct plan_tensor *t) { return (uint64_t)t->h * t->w * plan_pixel_bytes(t); }

bool plan_fail(char *err, size_t err_size, const char *format, ...) {
    va_list words;
    va_start(words, format);
    vsnprintf(err, err_size, format, words);
    va_end(words);
    return false;
}
