/* Products by bit-planes. A body is the tiles of one instruction set, compiled once: the numbers of planes come at run
 * time, since the inner loops see two planes at a time anyway. A variant is a body and two numbers.
 *
 * A of 8 bits are signed bytes: each plus 128 goes into planes, and -128 times the sum of its weights is added to every
 * column. Then for every scheme, modulo 2^32,
 *     c = scale * sum(2^(i+j) * popcount(u_i & a_j)) + row + column. */
#ifndef BITSERIAL_BODY_H
#define BITSERIAL_BODY_H
#include "../../pack/bitplanes.h"
#include "../../include/conv.h"
#include "../../pack/walk.h"
#include <stdbool.h>

struct bitserial_bits {
    unsigned w, a;
};

/* What a row adds to its sums: offset * a + digits * (a - threes), each summed over K; see digits.h. */
struct bitserial_row {
    unsigned bits;
    uint32_t offset, digits;
};
typedef uint32_t bitserial_row_fn(const uint8_t *planes, size_t row_bytes, const struct bitserial_row *how);
/* A row of bytes into 8 planes. */
typedef void bitserial_planes_fn(uint8_t *planes, const uint8_t *bytes, size_t k);
/* The planes of a row into what the tiles read; NULL: they read planes. */
typedef void bitserial_spread_fn(uint8_t *to, const uint8_t *planes, size_t row_bytes, unsigned bits);

struct bitserial_body {
    const struct tile_pair *tiles;
    size_t chunk; /* as in pack/bitplanes.h */
    bitserial_row_fn *row;
    bitserial_planes_fn *planes;
    bitserial_spread_fn *spread; /* to 2 * row_bytes for every two planes */
    bool digits;                 /* the sums of digits.h are wanted */
    size_t (*columns)(void);     /* nr where only the machine itself knows it, else NULL */
};

/* The beginning of work, where tiles find what is not in struct tile. What the rows add follows. */
struct bitserial_terms {
    const uint32_t *row; /* of the block of rows under way */
    struct bitserial_bits bits;
    uint32_t scale;
    const uint8_t *counts; /* the table of choose.h */
};

static inline const struct bitserial_terms *terms_of(const struct tile *t) { return t->work; }
static inline uint32_t row_term(const struct tile *t, size_t r) { return terms_of(t)->row[t->row + r]; }

struct bitplanes_form bitserial_form(const struct bitserial_body *body, struct bitserial_bits bits);
uint32_t bitserial_row(const uint8_t *planes, size_t row_bytes, const struct bitserial_row *how);
void bitserial_planes(uint8_t *planes, const uint8_t *bytes, size_t k);

void bitserial_run(const struct bitserial_body *body, struct bitserial_bits bits, const struct gemm_args *args);
size_t bitserial_rhs_bytes(const struct bitserial_body *body, struct bitserial_bits bits, size_t n, size_t k);
size_t bitserial_work_bytes(const struct bitserial_body *body, struct bitserial_bits bits, size_t m, size_t k);
void bitserial_pack(const struct bitserial_body *body, struct bitserial_bits bits, void *rhs,
                    const struct gemm_weights *w);

/* The same of conv.h; A of at most 4 bits. */
void bitserial_conv_run(const struct bitserial_body *body, struct bitserial_bits bits, const struct conv_args *args);
size_t bitserial_conv_rhs_bytes(const struct bitserial_body *body, struct bitserial_bits bits,
                                const struct conv_shape *s);
size_t bitserial_conv_work_bytes(const struct bitserial_body *body, struct bitserial_bits bits,
                                 const struct conv_shape *s);
void bitserial_conv_pack(const struct bitserial_body *body, struct bitserial_bits bits, void *rhs,
                         const struct conv_weights *w);

extern const struct bitserial_body words__portable, words__zbb, adders__avx512vpopcnt, digits__avx512vpopcnt;
extern const struct bitserial_body choose__avx2, choose__neon, choose__rvv, counts__zvbb;
#endif
