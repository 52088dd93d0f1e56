/* Shapes of whole networks and of even sizes. */
#include "bench.h"

#define GEMM(m, n, k) {"gemm poolgemm", #m "x" #n "x" #k, {m, n, k, 0, 0, 0, 0, 0, 0}}
#define GEMV(n, k) {"gemv", "1x" #n "x" #k, {1, n, k, 0, 0, 0, 0, 0, 0}}
#define MAP(op, m, n, k) {op, #m "x" #n "x" #k, {m, n, k, 0, 0, 0, 0, 0, 0}}
#define OUT(side, window, stride) (((side) + (window) / 2 * 2 - (window)) / (stride) + 1)
#define PIXELS(h, w, window, stride) (OUT(h, window, stride) * OUT(w, window, stride))
#define CONV(h, w, c, n, window, stride, tail)                                                                         \
    {"conv", #h "x" #w "x" #c "x" #n "k" #window tail,                                                                 \
     {PIXELS(h, w, window, stride), n, (c) * (window) * (window), h, w, window, stride, (window) / 2, 1}}
#define DWCONV(h, w, c, stride, tail)                                                                                  \
    {"dwconv", #h "x" #w "x" #c "k3" tail, {PIXELS(h, w, 3, stride), c, 9, h, w, 3, stride, 1, c}}

const struct bench_shape bench_shapes[] = {
    GEMM(256, 256, 256),
    GEMM(512, 512, 512),
    GEMM(1024, 1024, 1024),
    /* ResNet-18's 3x3 convolutions as products, and as themselves */
    GEMM(3136, 64, 576),
    GEMM(784, 128, 1152),
    GEMM(196, 256, 2304),
    GEMM(49, 512, 4608),
    CONV(56, 56, 64, 64, 3, 1, ""),
    CONV(56, 56, 64, 128, 3, 2, "s2"),
    CONV(28, 28, 128, 128, 3, 1, ""),
    CONV(28, 28, 128, 256, 3, 2, "s2"),
    CONV(14, 14, 256, 256, 3, 1, ""),
    CONV(14, 14, 256, 512, 3, 2, "s2"),
    CONV(7, 7, 512, 512, 3, 1, ""),
    CONV(28, 28, 128, 128, 1, 1, ""),
    /* MobileNet's */
    DWCONV(112, 112, 32, 1, ""),
    DWCONV(112, 112, 64, 2, "s2"),
    DWCONV(28, 28, 256, 1, ""),
    DWCONV(14, 14, 512, 1, ""),
    GEMV(1024, 1024),
    GEMV(4096, 4096),
    /* in the first cache, and beyond the second */
    MAP("popcount xnor or", 64, 1, 1024),
    MAP("popcount xnor or", 4096, 1, 8192),
    MAP("signf signi", 196, 1, 32),
    MAP("signf signi", 3136, 1, 64),
    MAP("signf signi", 4096, 1, 1024),
    MAP("planes", 196, 8, 32),
    MAP("planes", 3136, 8, 64),
    MAP("planes", 4096, 2, 1024),
    MAP("maxpool", 112, 112, 64),
    MAP("maxpool", 28, 28, 512),
};
const size_t bench_shape_count = sizeof bench_shapes / sizeof bench_shapes[0];
