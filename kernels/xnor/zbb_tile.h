/* The tile of the variants that count bits by the cpop instruction of Zbb: 4 rows x 4 columns of sums, so that 8 loads
 * serve 16 times xor, count, add. Rows lie side by side as columns do, [word][4]; two pointers with offsets serve all
 * loads, and eight steps of K go by between two branches.
 *
 * In assembler, for it takes every register there is: a compiler moves loads and counts ahead of their sums and
 * spills. */
#ifndef XNOR_ZBB_TILE_H
#define XNOR_ZBB_TILE_H
#include "../pack/panel.h"
#include "rows.h"
#include <stdbool.h>
#if !defined(__riscv_zbb)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4, NR = 4, STEPS = 8 };
enum { STEP_BYTES = 56 * 4, SIGNS = 16 }; /* of a step's code; between rows of signs */
/* A small frame of its own: every operand in memory must lie near the stack pointer. */
#define OWN_FRAME static __attribute__((noinline, unused)) void
#define UNROLLED _Pragma("clang loop unroll(full)")

/* `w` and `v` hold words of B in turn, so that loads come early. */
#define LOAD(to, from, offset) "ld %[" #to "], " #offset "(%[" #from "])\n"
#define LOAD_ROWS(at)                                                                                                  \
    LOAD(x0, a, at) LOAD(w, b, at) LOAD(x1, a, at + 8) LOAD(x2, a, at + 16) LOAD(x3, a, at + 24)
#define COUNT_PAIR(x, y, w, u)                                                                                         \
    "xor %[t], %[" #x "], %[" #w "]\n xor %[" #u "], %[" #y "], %[" #w "]\n"                                           \
    "cpop %[t], %[t]\n cpop %[" #u "], %[" #u "]\n"
#define ADD_PAIR(u, s, r, x, y)                                                                                        \
    "add %[" #s "], %[" #x "], %[t]\n add %[" #r "], %[" #y "], %[" #u "]\n"
#define COLUMN(w, j)                                                                                                   \
    COUNT_PAIR(x0, x1, w, u) ADD_PAIR(u, s0##j, s1##j, s0##j, s1##j)                                                   \
    COUNT_PAIR(x2, x3, w, w) ADD_PAIR(w, s2##j, s3##j, s2##j, s3##j)
/* The first word of K: sums begin, on nothing or on top of a limit. */
#define BEGIN_SUM(s, x, w) "xor %[" #s "], %[" #x "], %[" #w "]\n cpop %[" #s "], %[" #s "]\n"
#define BEGIN_COLUMN(w, j, at)                                                                                         \
    BEGIN_SUM(s0##j, x0, w) BEGIN_SUM(s1##j, x1, w) BEGIN_SUM(s2##j, x2, w) BEGIN_SUM(s3##j, x3, w)
#define LIMIT_COLUMN(w, j, at)                                                                                         \
    LOAD(v, last, at) COUNT_PAIR(x0, x1, w, u) ADD_PAIR(u, s0##j, s1##j, v, v)                                         \
    COUNT_PAIR(x2, x3, w, w) ADD_PAIR(w, s2##j, s3##j, v, v)
#define STEP(at)                                                                                                       \
    LOAD_ROWS(at) LOAD(v, b, at + 8) COLUMN(w, 0) LOAD(w, b, at + 16) COLUMN(v, 1) LOAD(v, b, at + 24)                 \
    COLUMN(w, 2) COLUMN(v, 3)
#define FIRST_STEP(COLUMN)                                                                                             \
    LOAD_ROWS(0) COLUMN(w, 0, 0) LOAD(w, b, 8) COLUMN(w, 1, 8) LOAD(w, b, 16) COLUMN(w, 2, 16) LOAD(w, b, 24)          \
    COLUMN(w, 3, 24)
#define ALL_STEPS                                                                                                      \
    "ld %[t], %[skip]\n ld %[u], %[entry]\n add %[a], %[a], %[t]\n add %[b], %[b], %[t]\n"                             \
    "ld %[last], %[end]\n lla %[t], 1f\n add %[t], %[t], %[u]\n jr %[t]\n"                                             \
    "1:\n" STEP(0) STEP(32) STEP(64) STEP(96) STEP(128) STEP(160) STEP(192) STEP(224)                                  \
    "addi %[a], %[a], 256\n addi %[b], %[b], 256\n bltu %[a], %[last], 1b\n"

/* start - 2 * count, a row of C. */
#define STORE_SUM(s, at)                                                                                               \
    "slli %[" #s "], %[" #s "], 1\n sub %[" #s "], %[w], %[" #s "]\n sw %[" #s "], " #at "(%[v])\n"
#define STORE_ROW(r) STORE_SUM(s##r##0, 0) STORE_SUM(s##r##1, 4) STORE_SUM(s##r##2, 8) STORE_SUM(s##r##3, 12)
#define STORE_SUMS                                                                                                     \
    "ld %[w], %[start]\n ld %[v], %[to]\n ld %[t], %[stride]\n addi %[u], %[v], 16\n sd %[u], %[to]\n"                 \
    STORE_ROW(0) "add %[v], %[v], %[t]\n" STORE_ROW(1) "add %[v], %[v], %[t]\n" STORE_ROW(2)                           \
    "add %[v], %[v], %[t]\n" STORE_ROW(3)

/* The signs of a row in the low bits of a byte, as what differs between neighbours: bit j = sign j ^ ... ^ sign 3. */
#define STORE_SIGNS(r, at, v)                                                                                          \
    "srli %[s" #r "2], %[s" #r "2], 1\n srli %[s" #r "1], %[s" #r "1], 2\n srli %[s" #r "0], %[s" #r "0], 3\n"         \
    "xor %[s" #r "3], %[s" #r "3], %[s" #r "2]\n xor %[s" #r "1], %[s" #r "1], %[s" #r "0]\n"                          \
    "xor %[s" #r "3], %[s" #r "3], %[s" #r "1]\n srli %[s" #r "3], %[s" #r "3], 60\n"                                  \
    "sb %[s" #r "3], " #at "(%[" #v "])\n"

#define STORE_ALL_SIGNS                                                                                                \
    "ld %[v], %[to]\n addi %[u], %[v], 1\n sd %[u], %[to]\n"                                                           \
    STORE_SIGNS(0, 0, v) STORE_SIGNS(1, 16, v) STORE_SIGNS(2, 32, v) STORE_SIGNS(3, 48, v)

/* B goes on where it is; the stores have left the next `to` in u. */
#define NEXT_PANEL "ld %[a], %[begin]\n ld %[w], %[to_end]\n bne %[u], %[w], 2b\n"

#define ASM_SUM(r, j) [s##r##j] "=&r"(sum[r][j])
#define ASM_SUMS(r) ASM_SUM(r, 0), ASM_SUM(r, 1), ASM_SUM(r, 2), ASM_SUM(r, 3)

/* How a length of K goes by: the first round of steps begins in its middle, so that the last one ends where K does. */
struct steps {
    size_t bytes; /* of K of a panel */
    ptrdiff_t entry, skip;
};

static inline struct steps steps_of(size_t words) {
    size_t first = (words + STEPS - 2) % STEPS + 1;
    if (words == 1)
        return (struct steps){words * MR * 8, STEPS * STEP_BYTES + 12, MR * 8};
    return (struct steps){words * MR * 8, (ptrdiff_t)(STEPS - first) * STEP_BYTES,
                          ((ptrdiff_t)first - STEPS + 1) * MR * 8};
}

/* Four rows side by side. */
static inline uint64_t *lay_rows(uint64_t *to, const uint64_t *const from[MR], size_t words) {
    const uint64_t *a = from[0], *b = from[1], *c = from[2], *d = from[3], *end = to + words * MR;
    /* lines of three taps first */
#pragma clang loop unroll(disable) vectorize(disable)
    for (; to + 2 * MR < end; to += 3 * MR, a += 3, b += 3, c += 3, d += 3)
        UNROLLED for (size_t i = 0; i < 3; i++)
            to[i * MR] = a[i], to[i * MR + 1] = b[i], to[i * MR + 2] = c[i], to[i * MR + 3] = d[i];
#pragma clang loop unroll(disable) vectorize(disable)
    for (; to < end; to += MR)
        to[0] = *a++, to[1] = *b++, to[2] = *c++, to[3] = *d++;
    return to;
}

/* What a row of panels needs; `to` steps to the next panel. */
struct tile_row {
    const void *end, *begin;
    uint8_t *to, *to_end;
    ptrdiff_t skip, entry;
    union {
        int64_t start;
        const int64_t *limits;
    };
    size_t stride;
};
#define ASM_ROWS(text, row)                                                                                            \
    do {                                                                                                               \
        uint64_t sum[MR][NR], x0, x1, x2, x3, w, v, t, u, last;                                                        \
        __asm__ volatile(".option push\n .option norvc\n" text ".option pop\n"                                         \
                         : ASM_SUMS(0), ASM_SUMS(1), ASM_SUMS(2), ASM_SUMS(3), [x0] "=&r"(x0), [x1] "=&r"(x1),         \
                           [x2] "=&r"(x2), [x3] "=&r"(x3), [w] "=&r"(w), [v] "=&r"(v), [t] "=&r"(t), [u] "=&r"(u),     \
                           [a] "+&r"(a), [b] "+&r"(b), [last] "=&r"(last), [to] "+m"((row).to),                        \
                           [start] "+m"((row).start)                                                                   \
                         : [skip] "m"((row).skip), [entry] "m"((row).entry), [end] "m"((row).end),                     \
                           [begin] "m"((row).begin), [to_end] "m"((row).to_end), [stride] "m"((row).stride)            \
                         : "memory");                                                                                  \
    } while (0)

/* Sums of `panels` panels, at least one: start - 2 * bits that differ, rows `stride` bytes apart. */
OWN_FRAME tile_sums(const uint64_t *a, const uint64_t *b, size_t panels, struct steps steps, int64_t start,
                             void *c, size_t stride) {
    uint8_t *to = c;
    struct tile_row row = {(const uint8_t *)a + steps.bytes, a, to, to + 16 * panels, steps.skip, steps.entry,
                           {start}, stride};
    ASM_ROWS("2:\n" FIRST_STEP(BEGIN_COLUMN) ALL_STEPS STORE_SUMS NEXT_PANEL, row);
}

/* Signs of limit + bits that differ, a byte per panel, rows SIGNS bytes apart; limits go on as columns do. */
OWN_FRAME tile_signs(const uint64_t *a, const uint64_t *b, size_t panels, struct steps steps,
                              const int64_t *limits, uint8_t *to) {
    struct tile_row row = {(const uint8_t *)a + steps.bytes, a, to, to + panels, steps.skip, steps.entry,
                           {.limits = limits}, 0};
    ASM_ROWS("2:\n"
             "ld %[last], %[start]\n" FIRST_STEP(LIMIT_COLUMN)
             "addi %[last], %[last], 32\n sd %[last], %[start]\n" ALL_STEPS STORE_ALL_SIGNS NEXT_PANEL,
             row);
}
#endif
