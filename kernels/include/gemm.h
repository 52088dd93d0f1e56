/* Matrix products: the ops gemm, gemv (m = 1) and poolgemm. */
#ifndef INCLUDE_GEMM_H
#define INCLUDE_GEMM_H
#include <stddef.h>
#include <stdint.h>

/* One GEMM call: C[M][N] = A[M][K] x B[K][N]; A row-major as the layer before leaves it (bits, planes, bytes or
 * floats), rhs = B in the variant's own packed layout. work = scratch of work_bytes(), 64-byte aligned.
 *
 * Alignment: a, c and their strides are multiples of their element only (8 bytes for words of bits, 1 for int8,
 * 2 for half floats, 4 for float and for every C); rhs and work are 64-byte aligned. m, n, k >= 1, any size.
 * Nothing outside the rows is read or written: not even the gap between two rows of A or C. Bits of A and B above
 * K in the last word of a row are zero. int8: A over -128..127, B over -127..127. */
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

/* What the b bits of a weight below 8 bits stand for. Every exact kernel takes all three. */
enum weight_encoding {
    ENCODING_SIGNED,   /* two's complement: -2^(b-1) .. 2^(b-1)-1 */
    ENCODING_BIPOLAR,  /* every bit is +1 or -1, times its weight: the odd numbers -(2^b-1) .. 2^b-1 */
    ENCODING_UNIPOLAR, /* 0 .. 2^b-1 */
    ENCODING_COUNT
};
enum { POOL_VECTORS = 64, POOL_GROUP = 8 };

/* B as N rows of K ("weights out x in", row-major): bits for w1a1, floats for the float schemes, else one int8 per
 * weight that holds its value. poolgemm: a row is ceil(K / POOL_GROUP) bytes, numbers of vectors in `pool`. */
struct gemm_weights {
    const void *b;
    size_t b_stride, n, k;
    enum weight_encoding encoding;
    const int8_t *pool; /* [POOL_VECTORS][POOL_GROUP]; NULL but for poolgemm */
};
/* Pack B, untimed. The packed form holds all that run needs to know of the encoding. */
typedef void gemm_pack_fn(void *rhs, const struct gemm_weights *weights);

struct gemm_kernel {
    gemm_fn *run;
    gemm_bytes_fn *rhs_bytes, *work_bytes;
    gemm_pack_fn *pack_rhs;
};
#endif
