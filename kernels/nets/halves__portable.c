/* One body for all instruction sets: the compiler makes vectors of those that every core of an architecture has. */
#include "halves.h"

#include <string.h>

#include "vectors.h"

/* Elements do not depend on each other: an output is the same element of an input, or memory of its own. */
#define EACH _Pragma("clang loop vectorize(assume_safety) interleave(disable)")

static inline uint32_t word_of(float value) {
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    return word;
}

static inline float float_of(uint32_t word) {
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

/* Halves below 2^-14 come out right since the sum with 0.5 is rounded where their last bit is. */
void halves_of_floats(uint16_t *out, const float *from, size_t n) {
    EACH for (size_t i = 0; i < n; i++) {
        uint32_t word = word_of(from[i]), sign = word >> 16 & 0x8000, x = word & 0x7fffffff;
        uint32_t small = word_of(float_of(x) + 0.5f) - 0x3f000000;
        uint32_t usual = (x - 0x38000000 + 0xfff + (x >> 13 & 1)) >> 13;
        uint32_t large = x > 0x7f800000 ? 0x7e00 : 0x7c00;
        uint32_t half = x < 0x38800000 ? small : x < 0x47800000 ? usual : large;
        out[i] = (uint16_t)(half | sign);
    }
}

static inline float value_of(uint32_t half) {
    uint32_t x = (half & 0x7fff) << 13;
    float y = float_of(x) * float_of(0x77800000); /* 2^112: what the exponents differ by */
    uint32_t word = x >= 0x0f800000 ? x | 0x7f800000 : word_of(y);
    return float_of(word | (half & 0x8000) << 16);
}

void halves_to_floats(float *out, const uint16_t *from, size_t n) {
    EACH for (size_t i = 0; i < n; i++)
        out[i] = value_of(from[i]);
}

/* Integers in the order of the halves, and back; both zeros are 0. */
static inline int16_t rank_of(uint16_t half) {
    int16_t magnitude = (int16_t)(half & 0x7fff);
    return (int16_t)(half & 0x8000 ? -magnitude : magnitude);
}

static inline uint16_t half_of(int16_t rank) { return (uint16_t)(rank < 0 ? 0x8000 - rank : rank); }

void halves_max(void *out_, const void *const *at, size_t n) {
    uint16_t *out = out_;
    const uint16_t *p[POOL_MAX];
    for (size_t i = 0; i < POOL_MAX; i++)
        p[i] = at[i];
    EACH for (size_t o = 0; o < n; o++) {
        int16_t best = rank_of(p[0][o]);
        _Pragma("clang loop unroll(full)") for (size_t i = 1; i < POOL_MAX; i++)
            best = rank_of(p[i][o]) > best ? rank_of(p[i][o]) : best;
        out[o] = half_of(best);
    }
}
