/* xnor_gemm_w1a1 and xnor_gemv_w1a1 for vectors that cannot count bits, whatever their length: full adders, so that
 * one word in four pays the dozen operations of a count.
 *
 * Lanes run along N, 64 bits of K each. Two words w and v of B lie in memory as w and w ^ v: with x = w ^ a and
 * y = (w ^ v) ^ (a ^ a'), where a ^ a' is scalar and free, an adder is s ^= y, carry = x ^ (y & (x ^ s)). */
#ifndef XNOR_RVV_H
#define XNOR_RVV_H
#include "../pack/panel.h"
#include "rows.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

/* 2 rows x (ones, twos, bytes) x 2 registers, 8 of B, the rest for the adders. */
enum { MR = ROWS(2), GROUP = 4 };
/* A byte takes 31 counts of at most 8. */
enum { ROUND = 31 };
typedef vuint64m2_t vec;

/* A tile of the longest registers would not fit the buffer of the edge. */
static inline size_t columns(void) {
    size_t most = __riscv_vsetvlmax_e64m2();
    return most < 64 ? most : 64;
}

/* Two words of A, as an adder wants them. */
struct words {
    uint64_t a, both;
};
#define XOR(x, y) __riscv_vxor(x, y, vl)
#define AND(x, y) __riscv_vand(x, y, vl)
#define ADD(x, y) __riscv_vadd(x, y, vl)
#define SHIFT(x, bits) __riscv_vsrl(x, bits, vl)

static inline vec byte_counts(vec x, size_t vl) {
    x = __riscv_vsub(x, AND(SHIFT(x, 1), 0x5555555555555555), vl);
    x = ADD(AND(x, 0x3333333333333333), AND(SHIFT(x, 2), 0x3333333333333333));
    return AND(ADD(x, SHIFT(x, 4)), 0x0f0f0f0f0f0f0f0f);
}

/* The sum of the bytes of each lane, which may be above 255. */
static inline vec bytes_sum(vec x, size_t vl) {
    x = ADD(AND(x, 0x00ff00ff00ff00ff), AND(SHIFT(x, 8), 0x00ff00ff00ff00ff));
    x = ADD(x, SHIFT(x, 32));
    return AND(ADD(x, SHIFT(x, 16)), 0xffff);
}

static inline struct words words_of(const uint8_t *a, size_t i, size_t end) {
    uint64_t first = i < end ? load_word(a + i) : 0, second = i + 8 < end ? load_word(a + i + 8) : 0;
    return (struct words){first, first ^ second};
}

/* Two words of K into the ones of a row; the carry comes out. */
#define ADD_TWO(ones, carry, words, w, mixed)                                                                          \
    do {                                                                                                               \
        vec x_ = XOR(w, (words).a), y_ = XOR(mixed, (words).both);                                                     \
        carry = XOR(x_, AND(y_, XOR(x_, ones)));                                                                       \
        ones = XOR(ones, y_);                                                                                          \
    } while (0)
#define ADD_GROUP(r)                                                                                                   \
    if ((r) < mr) {                                                                                                    \
        const uint8_t *a_ = t->a + (r) * t->a_stride;                                                                  \
        struct words front = words_of(a_, i, bytes), back = words_of(a_, i + 16, bytes);                               \
        vec p, q;                                                                                                      \
        ADD_TWO(ones##r, p, front, b0, b1);                                                                            \
        ADD_TWO(ones##r, q, back, b2, b3);                                                                             \
        vec differ_ = XOR(p, q), fours = XOR(q, AND(differ_, XOR(q, twos##r)));                                        \
        twos##r = XOR(twos##r, differ_);                                                                               \
        counts##r = ADD(counts##r, byte_counts(fours, vl));                                                            \
    }
#define WIDEN(r)                                                                                                       \
    if ((r) < mr) {                                                                                                    \
        total##r = ADD(total##r, bytes_sum(counts##r, vl));                                                            \
        counts##r = zero;                                                                                              \
    }
#define STORE(r)                                                                                                       \
    if ((r) < mr) {                                                                                                    \
        vec differ_ = ADD(ADD(total##r, total##r), bytes_sum(byte_counts(twos##r, vl), vl));                           \
        differ_ = ADD(ADD(differ_, differ_), bytes_sum(byte_counts(ones##r, vl), vl));                                 \
        vuint32m1_t dot_ = __riscv_vrsub(__riscv_vnsrl(ADD(differ_, differ_), 0, vl), (uint32_t)t->k, vl);             \
        __riscv_vse32((int32_t *)(t->c + (r) * t->c_stride), __riscv_vreinterpret_i32m1(dot_), vl);                    \
    }

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t vl = columns(), bytes = bits_row_bytes(t->k), i = 0;
    const uint64_t *panel = (const uint64_t *)t->panel;
    /* bits of weight 1 and 2 that are not counted yet; byte sums, and sums of those, of weight 4 */
    const vec zero = __riscv_vmv_v_x_u64m2(0, vl);
    vec ones0 = zero, twos0 = zero, counts0 = zero, total0 = zero;
    vec ones1 = zero, twos1 = zero, counts1 = zero, total1 = zero;
    while (i < bytes) {
        size_t round = i + 8 * GROUP * ROUND, end = round < bytes ? round : bytes;
        for (; i < end; i += 8 * GROUP, panel += GROUP * vl) {
            vec b0 = __riscv_vle64_v_u64m2(panel, vl), b1 = __riscv_vle64_v_u64m2(panel + vl, vl);
            vec b2 = __riscv_vle64_v_u64m2(panel + 2 * vl, vl), b3 = __riscv_vle64_v_u64m2(panel + 3 * vl, vl);
            ADD_GROUP(0);
            ADD_GROUP(1);
        }
        WIDEN(0);
        WIDEN(1);
    }
    STORE(0);
    STORE(1);
}
TILES(2, tile)

static size_t panel_words(size_t k) { return (bits_row_bytes(k) / 8 + GROUP - 1) / GROUP * GROUP * columns(); }

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, columns(), 8 * panel_words(g->k), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return (n + columns() - 1) / columns() * 8 * panel_words(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    size_t nr = columns(), words = bits_row_bytes(w->k) / 8;
    memset(rhs, 0, rhs_bytes(1, w->n, w->k));
    for (size_t n = 0; n < w->n; n++) {
        uint64_t *lane = (uint64_t *)rhs + n / nr * panel_words(w->k) + n % nr, first = 0;
        for (size_t i = 0; i < panel_words(w->k) / nr; i++) {
            uint64_t word = i < words ? load_u64((const uint8_t *)w->b + n * w->b_stride + 8 * i) : 0;
            lane[i * nr] = i % 2 ? first ^ word : word;
            first = word;
        }
    }
}
#endif
