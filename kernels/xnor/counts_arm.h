/* The inner loop of the binary products and convolutions on 32-bit ARM: eor, cnt, add = 3 vector operations for 128
 * bits and no horizontal sum at all.
 *
 * Lanes run along N, 16 bits of K each, as two bytes; A enters as 2 bytes copied to all lanes by the load itself. Byte
 * sums go in pairs into 16-bit ones before they can overflow. */
#ifndef XNOR_COUNTS_ARM_H
#define XNOR_COUNTS_ARM_H
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <arm_neon.h>

enum { COUNTS_MR = 2, COUNTS_NV = 4, COUNTS_NR = 8 * COUNTS_NV, COUNTS_GROUP = 2 };
/* A byte takes 31 counts of at most 8; this many words are 24, which divides the lines of taps of most networks. */
enum { COUNTS_WORDS = 6 };

/* Written out, for the compiler does not keep 8 sums in 16 registers: q0-q3 hold columns, q4 and q5 rows, q8-q15 the
 * sums. */
#define COUNT_TWO(row, b0, b1, sum0, sum1)                                                                             \
    "veor q6, " #row ", " #b0 "\n\tveor q7, " #row ", " #b1 "\n\tvcnt.8 q6, q6\n\tvcnt.8 q7, q7\n\t"                   \
    "vadd.i8 " #sum0 ", " #sum0 ", q6\n\tvadd.i8 " #sum1 ", " #sum1 ", q7\n\t"
#define COUNT_COLUMNS "vld1.8 {d0-d3}, [%[panel]]!\n\tvld1.8 {d4-d7}, [%[panel]]!\n\t"
#define COUNT_FIRST COUNT_TWO(q4, q0, q1, q8, q9) COUNT_TWO(q4, q2, q3, q10, q11)
#define COUNT_SECOND COUNT_TWO(q5, q0, q1, q12, q13) COUNT_TWO(q5, q2, q3, q14, q15)
#define COUNT_STEP_1 COUNT_COLUMNS "vld1.16 {d8[], d9[]}, [%[first]]!\n\t" COUNT_FIRST
#define COUNT_STEP_2                                                                                                   \
    COUNT_COLUMNS "vld1.16 {d8[], d9[]}, [%[first]]!\n\tvld1.16 {d10[], d11[]}, [%[second]]!\n\t" COUNT_FIRST          \
        COUNT_SECOND
#define COUNT_WIDEN(sum0, sum1)                                                                                        \
    "vld1.16 {d0-d3}, [%[to]]\n\tvpadal.u8 q0, " #sum0 "\n\tvpadal.u8 q1, " #sum1 "\n\tvst1.16 {d0-d3}, [%[to]]!\n\t"
#define COUNT_ZERO(sum0, sum1) "vmov.i32 " #sum0 ", #0\n\tvmov.i32 " #sum1 ", #0\n\t"
#define COUNT_ALL(what) what(q8, q9) what(q10, q11) what(q12, q13) what(q14, q15)
#define COUNT_ROUND(step)                                                                                              \
    __asm__ volatile(COUNT_ALL(COUNT_ZERO) "1:\n\tmov %[left], %[words]\n\t"                                           \
                                           "2:\n\t" step step step step "subs %[left], %[left], #1\n\tbne 2b\n\t"      \
                                           "add %[first], %[first], %[skip]\n\t"                                       \
                                           "add %[second], %[second], %[skip]\n\t"                                     \
                                           "subs %[runs], %[runs], #1\n\tbne 1b\n\t" COUNT_ALL(COUNT_WIDEN)            \
                     : [panel] "+r"(panel), [first] "+r"(first), [second] "+r"(second), [runs] "+r"(runs),             \
                       [to] "+r"(to), [left] "=&r"(left)                                                               \
                     : [words] "r"(words), [skip] "r"(skip)                                                            \
                     : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10", "q11", "q12", "q13", "q14",  \
                       "q15", "cc", "memory")

/* Bits that differ, of mr rows with the columns of a panel, over `lines` runs of `all` words; `gap` bytes of A lie
 * between two runs. */
TILE_INLINE counts_of(uint16x8_t wide[COUNTS_MR * COUNTS_NV], size_t mr, const uint8_t *const a[COUNTS_MR],
                      const uint8_t *panel, size_t lines, size_t all, size_t gap) {
    const uint8_t *first = a[0], *second = a[mr - 1];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < COUNTS_MR * COUNTS_NV; i++)
        wide[i] = vdupq_n_u16(0);
    /* several short runs at once, or a part of a long one */
    static const uint8_t at_once[COUNTS_WORDS + 1] = {0, 6, 3, 2, 1, 1, 1};
    for (size_t done = 0, words, runs, left; lines > 0;) {
        words = all - done < COUNTS_WORDS ? all - done : COUNTS_WORDS;
        runs = words == all ? at_once[all] : 1;
        runs = lines < runs ? lines : runs;
        done += words;
        size_t skip = done == all ? gap : 0;
        if (done == all)
            lines -= runs, done = 0;
        uint16x8_t *to = wide;
        if (mr == 2)
            COUNT_ROUND(COUNT_STEP_2);
        else
            COUNT_ROUND(COUNT_STEP_1);
    }
}
#endif
