/* The plan file as bytes: limits, records and bounds-checked access. harness/networks/plans/plan.py is its twin; what
 * the fields mean is said in harness/networks/plans/graph.py. */
#ifndef NETS_PLAN_H
#define NETS_PLAN_H
#include "nets.h"

#define PLAN_NONE 0xFFFFFFFFu
enum {
    PLAN_VERSION = 2,
    PLAN_ALIGN = 64,
    PLAN_HEADER_BYTES = 128,
    PLAN_TENSOR_BYTES = 24,
    PLAN_LAYER_BYTES = 128,
    PLAN_CHECK_BYTES = 16,
    PLAN_MAX_FILE_BYTES = 1 << 28,
    PLAN_MAX_TENSORS = 1024,
    PLAN_MAX_LAYERS = 512,
    PLAN_MAX_SLOTS = 64,
    PLAN_MAX_CHECKS = 16,
    PLAN_MAX_SIDE = 4096,
    PLAN_MAX_CHANNELS = 16384,
    PLAN_MAX_PLANES = 8,
    PLAN_MAX_TENSOR_BYTES = 1 << 26,
    PLAN_MAX_ARENA_BYTES = 1 << 29,
    PLAN_MAX_WINDOW = 255,
    PLAN_MAX_K = 32768, /* x 128 x 128, and x 255 x 255, stays below 2^31: a sum of products fits an int32 */
};
enum plan_type { PLAN_I8 = 1, PLAN_F32, PLAN_F16, PLAN_BITS, PLAN_PLANES };
enum plan_op { PLAN_CONV = 1, PLAN_MAXPOOL, PLAN_AVGPOOL, PLAN_AFFINE };
enum plan_border { PLAN_NOTHING, PLAN_PLUS_ONE, PLAN_MINUS_ONE, PLAN_ZERO, PLAN_REPLICATE, PLAN_VALUE };

struct plan_head {
    uint32_t tensors, tensor_at, layers, layer_at, checks, check_at, slots, input, output;
};
/* As they lie in the file. */
struct plan_tensor {
    uint32_t type, h, w, c, slot, planes;
};
struct plan_layer {
    uint32_t op, source, shortcut, out, out_first, bits, filters, kernel_h, kernel_w, stride_h, stride_w, pad_top,
        pad_left, border;
    int32_t border_value;
    uint32_t encoding, whole;
    float low, high, shortcut_scale;
    uint32_t weights, weights_bytes, scale, bias; /* offsets in the file, and one size; 0 = absent */
    char scheme[8];
    uint32_t zeros[6];
};

/* Little-endian, at any alignment. */
uint32_t plan_u32(const uint8_t *at);
uint64_t plan_u64(const uint8_t *at);
/* Records of a plan whose tables net_open has found inside the file. */
struct plan_head plan_read_head(const struct net *n);
struct plan_tensor plan_read_tensor(const struct net *n, const struct plan_head *h, uint32_t index);
struct plan_layer plan_read_layer(const struct net *n, const struct plan_head *h, uint32_t index);
/* The tensor whose sides say how many windows there are: the output, or else the bits. */
uint32_t plan_made(const struct plan_layer *l);
/* Channels that a layer writes. */
uint32_t plan_channels(const struct plan_layer *l, const struct plan_tensor *source);
/* 64-bit words of one row of bits, bytes of one pixel, bytes of a whole tensor. */
uint32_t plan_row_words(uint32_t channels);
uint32_t plan_pixel_bytes(const struct plan_tensor *t);
uint64_t plan_tensor_bytes(const struct plan_tensor *t);
/* Write words into err; always false. */
bool plan_fail(char *err, size_t err_size, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Everything net_open promises about tables, tensors and layers. */
bool plan_check(const struct net *n, char *err, size_t err_size);
/* The part about one layer by itself; its tensors are known to exist. */
bool plan_check_layer(const struct net *n, uint32_t index, char *err, size_t err_size);
#endif
