/* Windows of 3 x 3 over few channels, for four pixels side by side in a row of the map: they share most of their taps,
 * so that words of the map are loaded once for all, without a copy. Ends in signs only. */
#ifndef XNOR_CONV_ZBB_NEAR_H
#define XNOR_CONV_ZBB_NEAR_H
#include "zbb_tile.h"

/* Two words of channels, a line of taps in two steps: six words of the map stay, each word of B serves four of them. */
#define NEAR_LOADS(at)                                                                                                 \
    LOAD(m0, a, at) LOAD(w, b, 4 * (at)) LOAD(m1, a, at + 16) LOAD(m2, a, at + 32) LOAD(m3, a, at + 48)                \
    LOAD(m4, a, at + 64) LOAD(m5, a, at + 80)
#define NEAR_COLUMN(x0, x1, x2, x3, j)                                                                                 \
    COUNT_PAIR(x0, x1, w, u) ADD_PAIR(u, s0##j, s1##j, s0##j, s1##j)                                                   \
    COUNT_PAIR(x2, x3, w, w) ADD_PAIR(w, s2##j, s3##j, s2##j, s3##j)
#define NEAR_TAP(x0, x1, x2, x3, at)                                                                                   \
    NEAR_COLUMN(x0, x1, x2, x3, 0) LOAD(w, b, at + 8) NEAR_COLUMN(x0, x1, x2, x3, 1) LOAD(w, b, at + 16)               \
    NEAR_COLUMN(x0, x1, x2, x3, 2) LOAD(w, b, at + 24) NEAR_COLUMN(x0, x1, x2, x3, 3)
#define NEAR_STEP(at)                                                                                                  \
    NEAR_LOADS(at) NEAR_TAP(m0, m1, m2, m3, 4 * (at)) LOAD(w, b, 4 * (at) + 64) NEAR_TAP(m1, m2, m3, m4, 4 * (at) + 64)\
    LOAD(w, b, 4 * (at) + 128) NEAR_TAP(m2, m3, m4, m5, 4 * (at) + 128)
#define NEAR_BEGIN(j, at)                                                                                              \
    LOAD(s0##j, t, at) "mv %[s1" #j "], %[s0" #j "]\n mv %[s2" #j "], %[s0" #j "]\n mv %[s3" #j "], %[s0" #j "]\n"

struct near_row {
    const uint8_t *begin, *end;
    const int64_t *limits;
    size_t line_bytes;
    uint8_t *to, *to_end;
};

OWN_FRAME near_two(const uint8_t *a, size_t line_bytes, const uint64_t *b, size_t panels, const int64_t *limits,
                   uint8_t *to) {
    struct near_row row = {a, a + 3 * line_bytes, limits, line_bytes, to, to + panels};
    uint64_t sum[MR][NR], m0, m1, m2, m3, m4, m5, w, t, u;
    __asm__ volatile(".option push\n .option norvc\n"
                     "2:\n ld %[t], %[limits]\n addi %[u], %[t], 32\n sd %[u], %[limits]\n" NEAR_BEGIN(0, 0)
                         NEAR_BEGIN(1, 8) NEAR_BEGIN(2, 16) NEAR_BEGIN(3, 24) "1:\n" NEAR_STEP(0) NEAR_STEP(8)
                     "ld %[t], %[line]\n ld %[u], %[end]\n add %[a], %[a], %[t]\n addi %[b], %[b], 192\n"
                     "bltu %[a], %[u], 1b\n ld %[w], %[to]\n addi %[u], %[w], 1\n sd %[u], %[to]\n"
                     STORE_SIGNS(0, 0, w) STORE_SIGNS(1, 16, w) STORE_SIGNS(2, 32, w) STORE_SIGNS(3, 48, w)
                     "ld %[a], %[begin]\n ld %[w], %[to_end]\n bne %[u], %[w], 2b\n .option pop\n"
                     : ASM_SUMS(0), ASM_SUMS(1), ASM_SUMS(2), ASM_SUMS(3), [m0] "=&r"(m0), [m1] "=&r"(m1),
                       [m2] "=&r"(m2), [m3] "=&r"(m3), [m4] "=&r"(m4), [m5] "=&r"(m5), [w] "=&r"(w), [t] "=&r"(t),
                       [u] "=&r"(u), [a] "+&r"(a), [b] "+&r"(b), [limits] "+m"(row.limits), [to] "+m"(row.to)
                     : [line] "m"(row.line_bytes), [begin] "m"(row.begin), [end] "m"(row.end), [to_end] "m"(row.to_end)
                     : "memory");
}

/* One word of channels: all eighteen words of the map under four windows stay, columns pass by one after the other.
 * Signs of the four pixels of a column in a byte, coded as STORE_SIGNS does but every bit twice. */
#define ONE_PAIR(x, y, u) COUNT_PAIR(x, y, w, u)
#define ONE_TAP(x0, x1, x2, x3, at)                                                                                    \
    LOAD(w, b, at) ONE_PAIR(x0, x1, u) ADD_PAIR(u, s0, s1, s0, s1) ONE_PAIR(x2, x3, w) ADD_PAIR(w, s2, s3, s2, s3)
#define ONE_COLUMN(j, at)                                                                                              \
    LOAD(s0, limits, at) LOAD(w, b, at) ONE_PAIR(m2, m3, u) ADD_PAIR(u, s2, s3, s0, s0)                                \
    ONE_PAIR(m0, m1, w) "add %[s1], %[s0], %[w]\n add %[s0], %[s0], %[t]\n"                                            \
    ONE_TAP(m1, m2, m3, m4, at + 32) ONE_TAP(m2, m3, m4, m5, at + 64)                                                  \
    ONE_TAP(m6, m7, m8, m9, at + 96) ONE_TAP(m7, m8, m9, m10, at + 128) ONE_TAP(m8, m9, m10, m11, at + 160)            \
    ONE_TAP(m12, m13, m14, m15, at + 192) ONE_TAP(m13, m14, m15, m16, at + 224)                                        \
    ONE_TAP(m14, m15, m16, m17, at + 256)                                                                              \
    "srli %[s2], %[s2], 2\n srli %[s1], %[s1], 4\n srli %[s0], %[s0], 6\n xor %[s3], %[s3], %[s2]\n"                   \
    "xor %[s1], %[s1], %[s0]\n xor %[s3], %[s3], %[s1]\n srli %[s3], %[s3], 56\n sb %[s3], 512+" #j "(%[limits])\n"

enum { ONE_COLUMNS = 64 };
/* Limits, and behind them 4 bytes of codes every 32. */
struct one_near {
    int64_t limits[2 * ONE_COLUMNS];
};

OWN_FRAME near_one(const uint64_t *a, size_t line_words, const uint64_t *b, size_t panels, struct one_near *near) {
    const uint64_t *second = a + line_words, *third = second + line_words;
    const int64_t *limits = near->limits, *end = limits + panels * NR;
    uint64_t s0, s1, s2, s3, w, t, u, m0 = a[0], m1 = a[1], m2 = a[2], m3 = a[3], m4 = a[4], m5 = a[5];
    uint64_t m6 = second[0], m7 = second[1], m8 = second[2], m9 = second[3], m10 = second[4], m11 = second[5];
    uint64_t m12 = third[0], m13 = third[1], m14 = third[2], m15 = third[3], m16 = third[4], m17 = third[5];
    __asm__ volatile("2:\n" ONE_COLUMN(0, 0) ONE_COLUMN(1, 8) ONE_COLUMN(2, 16) ONE_COLUMN(3, 24)
                     "addi %[limits], %[limits], 32\n addi %[b], %[b], 288\n ld %[t], %[end]\n"
                     "bne %[limits], %[t], 2b\n"
                     : [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3), [w] "=&r"(w), [t] "=&r"(t),
                       [u] "=&r"(u), [b] "+&r"(b), [limits] "+&r"(limits)
                     : [m0] "r"(m0), [m1] "r"(m1), [m2] "r"(m2), [m3] "r"(m3), [m4] "r"(m4), [m5] "r"(m5),
                       [m6] "r"(m6), [m7] "r"(m7), [m8] "r"(m8), [m9] "r"(m9), [m10] "r"(m10), [m11] "r"(m11),
                       [m12] "r"(m12), [m13] "r"(m13), [m14] "r"(m14), [m15] "r"(m15), [m16] "r"(m16),
                       [m17] "r"(m17), [end] "m"(end)
                     : "memory");
}

static inline uint64_t codes_of(const uint8_t *from) { return load_u32(from) | (uint64_t)load_u32(from + 32) << 32; }

/* Rows of 8 bits become columns. */
static inline uint64_t transposed(uint64_t x) {
    uint64_t t = (x ^ x >> 7) & 0x00aa00aa00aa00aa;
    x ^= t ^ t << 7;
    t = (x ^ x >> 14) & 0x0000cccc0000cccc;
    x ^= t ^ t << 14;
    t = (x ^ x >> 28) & 0xf0f0f0f0;
    return x ^ t ^ t << 28;
}

/* Signs of sixteen columns for each of four pixels, whose words have four such parts. */
static inline void near_signs(const struct one_near *near, size_t sixteen, uint16_t words[MR][4]) {
    const uint8_t *codes = (const uint8_t *)near + 512 + 128 * sixteen;
    uint64_t x = (codes_of(codes) & 0x5555555555555555) | (codes_of(codes + 64) & 0xaaaaaaaaaaaaaaaa);
    x = transposed(x ^ (x >> 2 & 0x3f3f3f3f3f3f3f3f));
    UNROLLED for (size_t r = 0; r < MR; r++) words[r][sixteen] = (uint16_t)(x >> 16 * r);
}
#endif
