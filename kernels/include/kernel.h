/* Types all kernels share. A kernel does not allocate, print, start threads or keep state.
 *
 * Bits: 1 means -1, 0 means +1, so a zero-filled border or tail is +1 in both operands and
 * dot = K - 2 * popcount(a ^ w) holds with the true K. Rows of packed bits are 64-bit words, tails zero. */
#ifndef INCLUDE_KERNEL_H
#define INCLUDE_KERNEL_H
#include <stddef.h>
#include <stdint.h>

/* One GEMM call: C[M][N] = A[M][K] x B[K][N]; A row-major as the layer before leaves it (bits, bytes or
 * floats), rhs = B in the variant's own packed layout. work = scratch of work_bytes(), 64-byte aligned.
 *
 * Alignment: a, c and their strides are multiples of their element only (8 bytes for words of bits, 1 for int8,
 * 4 for float and for every C); rhs and work are 64-byte aligned. m, n, k >= 1, any size. Nothing outside
 * the rows is read or written: not even the gap between two rows of A or C. Bits of A and B above K in the
 * last word of a row are zero. int8: A over -128..127, B over -127..127. */
struct gemm_args {
    size_t m, n, k;
    const void *a;
    size_t a_stride; /* bytes between rows of A */
    const void *rhs;
    void *c;
    size_t c_stride; /* bytes between rows of C */
    void *work;
};
typedef void gemm_fn(const struct gemm_args *args);
/* Bytes of the packed right-hand side, and of scratch. */
typedef size_t gemm_bytes_fn(size_t m, size_t n, size_t k);
/* Pack B, given as N rows of K ("weights out x in", row-major, same element form as A), untimed. */
typedef void gemm_pack_fn(void *rhs, const void *b, size_t b_stride, size_t n, size_t k);

struct gemm_kernel {
    gemm_fn *run;
    gemm_bytes_fn *rhs_bytes, *work_bytes;
    gemm_pack_fn *pack_rhs;
};

/* One line of kernels.def. name = <family>_<op>_<scheme>__<isa>, also the file's name. */
struct kernel_variant {
    const char *name, *family, *op, *scheme, *isa;
    uint32_t needs; /* isa_feature bits */
    const struct gemm_kernel *gemm;
};

/* All variants compiled for this architecture, `ref` first within its kernel. */
extern const struct kernel_variant kernel_variants[];
extern const size_t kernel_variant_count;
#endif
