/* The plan file as bytes: limits, records and bounds-checked access. harness/networks/plan.py is its twin. */
#ifndef NETS_PLAN_H
#define NETS_PLAN_H
#include "nets.h"

#define PLAN_NONE 0xFFFFFFFFu
enum {
    PLAN_VERSION = 1,
    PLAN_ALIGN = 64,
    PLAN_HEADER_BYTES = 128,
    PLAN_TENSOR_BYTES = 24,
    PLAN_LAYER_BYTES = 64,
    PLAN_CHECK_BYTES = 16,
    PLAN_MAX_FILE_BYTES = 1 << 28,
    PLAN_MAX_TENSORS = 1024,
    PLAN_MAX_LAYERS = 512,
    PLAN_MAX_SLOTS = 64,
    PLAN_MAX_CHECKS = 16,
    PLAN_MAX_SIDE = 4096,
    PLAN_MAX_CHANNELS = 16384,
    PLAN_MAX_TENSOR_BYTES = 1 << 26,
    PLAN_MAX_ARENA_BYTES = 1 << 29,
    PLAN_MAX_WINDOW = 255,
    PLAN_MAX_SHIFT = 40,
    PLAN_MAX_K = 32768, /* x 128 x 128 stays below 2^31: a sum of products of bytes fits an int32 */
};
enum plan_type { PLAN_I8 = 1, PLAN_I16, PLAN_BITS, PLAN_I32 };
enum plan_op { PLAN_CONV8 = 1, PLAN_BCONV, PLAN_MAXPOOL, PLAN_AVGPOOL8, PLAN_DENSE8 };
enum plan_border { PLAN_NOTHING, PLAN_PLUS_ONE, PLAN_ZERO };

struct plan_head {
    uint32_t tensors, tensor_at, layers, layer_at, checks, check_at, slots, input, output;
};
struct plan_tensor {
    uint32_t type, h, w, c, slot;
};
struct plan_layer {
    uint32_t op, source, shortcut, out, bits, kernel, stride, pad, border, shift, factor;
    uint32_t weights, weights_bytes, multiplier, bias; /* offsets in the file, and one size */
};

/* Little-endian, at any alignment. */
uint32_t plan_u32(const uint8_t *at);
uint64_t plan_u64(const uint8_t *at);
/* Records of a plan whose tables net_open has found inside the file. */
struct plan_head plan_read_head(const struct net *n);
struct plan_tensor plan_read_tensor(const struct net *n, const struct plan_head *h, uint32_t index);
struct plan_layer plan_read_layer(const struct net *n, const struct plan_head *h, uint32_t index);
/* 64-bit words of one pixel of bits, bytes of one pixel, bytes of a whole tensor. */
uint32_t plan_row_words(uint32_t channels);
uint32_t plan_pixel_bytes(const struct plan_tensor *t);
uint64_t plan_tensor_bytes(const struct plan_tensor *t);
/* Products in one sum as the kernel counts them: bits padded to whole words per pixel. */
uint32_t plan_padded_k(const struct plan_layer *l, const struct plan_tensor *source);
uint32_t plan_true_k(const struct plan_layer *l, const struct plan_tensor *source);
/* Write words into err; always false. */
bool plan_fail(char *err, size_t err_size, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Everything net_open promises about tables, tensors and layers. */
bool plan_check(const struct net *n, char *err, size_t err_size);
#endif
