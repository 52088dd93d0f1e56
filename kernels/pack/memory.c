/* memcpy and memset in place of the C library's, which is built small: kernels and networks copy many short rows.
 *
 * Whole vectors, and a last one that overlaps the one before it; where loads must be aligned, words of rows that lie
 * alike. */
#include <stddef.h>
#include <stdint.h>

typedef uint64_t __attribute__((vector_size(16), aligned(1), may_alias)) sixteen;
typedef uint64_t __attribute__((aligned(1), may_alias)) eight;
typedef uint32_t __attribute__((aligned(1), may_alias)) four;
/* else the compiler sees what the loops are and calls them */
#define ITSELF __attribute__((no_builtin, used))

void *memcpy(void *restrict to_, const void *restrict from_, size_t bytes);
void *memset(void *to_, int value, size_t bytes);

#if defined(__x86_64__) || defined(__aarch64__) || defined(__ARM_FEATURE_UNALIGNED)
ITSELF void *memcpy(void *restrict to_, const void *restrict from_, size_t bytes) {
    uint8_t *to = to_;
    const uint8_t *from = from_;
    if (bytes >= 16) {
        size_t i = 0;
        for (; i + 64 <= bytes; i += 64) {
            sixteen a = *(const sixteen *)(from + i), b = *(const sixteen *)(from + i + 16);
            sixteen c = *(const sixteen *)(from + i + 32), d = *(const sixteen *)(from + i + 48);
            *(sixteen *)(to + i) = a, *(sixteen *)(to + i + 16) = b;
            *(sixteen *)(to + i + 32) = c, *(sixteen *)(to + i + 48) = d;
        }
        for (; i + 16 <= bytes; i += 16)
            *(sixteen *)(to + i) = *(const sixteen *)(from + i);
        *(sixteen *)(to + bytes - 16) = *(const sixteen *)(from + bytes - 16);
    } else if (bytes >= 8) {
        eight last = *(const eight *)(from + bytes - 8);
        *(eight *)to = *(const eight *)from;
        *(eight *)(to + bytes - 8) = last;
    } else if (bytes >= 4) {
        four last = *(const four *)(from + bytes - 4);
        *(four *)to = *(const four *)from;
        *(four *)(to + bytes - 4) = last;
    } else {
        for (size_t i = 0; i < bytes; i++)
            to[i] = from[i];
    }
    return to_;
}

ITSELF void *memset(void *to_, int value, size_t bytes) {
    uint8_t *to = to_;
    uint64_t each = 0x0101010101010101u * (uint8_t)value;
    if (bytes >= 16) {
        sixteen all = {each, each};
        for (size_t i = 0; i + 16 <= bytes; i += 16)
            *(sixteen *)(to + i) = all;
        *(sixteen *)(to + bytes - 16) = all;
    } else if (bytes >= 8) {
        *(eight *)to = each;
        *(eight *)(to + bytes - 8) = each;
    } else {
        for (size_t i = 0; i < bytes; i++)
            to[i] = (uint8_t)value;
    }
    return to_;
}
#else
typedef uintptr_t __attribute__((may_alias)) word;
enum { WORD = sizeof(word) };

ITSELF void *memcpy(void *restrict to_, const void *restrict from_, size_t bytes) {
    uint8_t *to = to_;
    const uint8_t *from = from_;
    if (((uintptr_t)to - (uintptr_t)from) % WORD == 0) {
        for (; bytes > 0 && (uintptr_t)to % WORD != 0; bytes--)
            *to++ = *from++;
        for (; bytes >= 4 * WORD; bytes -= 4 * WORD, to += 4 * WORD, from += 4 * WORD) {
            const word *f = (const word *)from;
            word a = f[0], b = f[1], c = f[2], d = f[3];
            ((word *)to)[0] = a, ((word *)to)[1] = b, ((word *)to)[2] = c, ((word *)to)[3] = d;
        }
        for (; bytes >= WORD; bytes -= WORD, to += WORD, from += WORD)
            *(word *)to = *(const word *)from;
    }
    for (; bytes > 0; bytes--)
        *to++ = *from++;
    return to_;
}

ITSELF void *memset(void *to_, int value, size_t bytes) {
    uint8_t *to = to_;
    word each = (word)0x0101010101010101u * (uint8_t)value;
    for (; bytes > 0 && (uintptr_t)to % WORD != 0; bytes--)
        *to++ = (uint8_t)value;
    for (; bytes >= WORD; bytes -= WORD, to += WORD)
        *(word *)to = each;
    for (; bytes > 0; bytes--)
        *to++ = (uint8_t)value;
    return to_;
}
#endif
