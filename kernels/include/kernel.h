/* Types all kernels share. A kernel does not allocate, print, start threads or keep state.
 *
 * Bits: 1 means -1, 0 means +1, so a zero-filled border or tail is +1 in both operands and
 * dot = K - 2 * popcount(a ^ w) holds with the true K. Rows of packed bits are 64-bit words, tails zero.
 * Planes: an unsigned code of p bits as p such rows, lowest bit first, one behind the other.
 * What A and B are made of follows from the scheme: table in cases/forms.c. */
#ifndef INCLUDE_KERNEL_H
#define INCLUDE_KERNEL_H
#include "conv.h"
#include "gemm.h"
#include "map.h"

/* Which of the three calls an op is: gemm covers gemv (m = 1) and the weight pool, conv covers depthwise. */
#define KIND_gemm gemm
#define KIND_gemv gemm
#define KIND_poolgemm gemm
#define KIND_conv conv
#define KIND_dwconv conv
#define KIND_popcount map
#define KIND_signf map
#define KIND_signi map
#define KIND_planes map
#define KIND_maxpool map
#define KIND_xnor map
#define KIND_or map

enum kernel_kind { KERNEL_gemm, KERNEL_conv, KERNEL_map };

/* One line of kernels.def. The kind of the op says which of the last three it is. */
struct kernel_variant {
    /* arrays: pointers would cost a relocation each, three times the letters they save; as long as the longest */
    char family[10], op[9], scheme[7], isa[14];
    uint8_t kind;
    uint32_t needs; /* isa_feature bits */
    union {
        const struct gemm_kernel *gemm;
        const struct conv_kernel *conv;
        const struct map_kernel *map;
    };
};

/* All variants compiled for this architecture, `ref` first within its kernel. */
extern const struct kernel_variant kernel_variants[];
extern const size_t kernel_variant_count;

/* family_op_scheme__isa, as its file and its symbol are called. By value: `kernel_name(v).text` lives as long as the
 * expression it stands in. */
struct kernel_name {
    char text[40];
};
struct kernel_name kernel_name(const struct kernel_variant *v);
#endif
