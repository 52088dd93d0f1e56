/* Random data finds the usual mistakes, the other fills those at the ends of a range: saturation, a sum that leaves
 * its width, a sign bit taken for a number. */
#include "fills.h"
#include <string.h>

uint64_t fill_next(struct fill_random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* MAX makes the largest dot product (all bits agree), MIN the smallest (none does). */
static uint64_t bits_word(struct fill_random *random, enum fill_side side, enum case_fill fill, size_t word) {
    uint64_t value = fill_next(random);
    switch (fill) {
    case FILL_ZERO:
        return 0;
    case FILL_ONE:
    case FILL_MAX:
        return UINT64_MAX;
    case FILL_MIN:
        return side == FILL_A ? UINT64_MAX : 0;
    case FILL_ALTERNATE:
        return (word % 2 == 0) == (side == FILL_A) ? 0xaaaaaaaaaaaaaaaau : 0x5555555555555555u;
    case FILL_EXTREME:
        return value % 4 == 0 ? UINT64_MAX : value % 4 == 1 ? value : 0;
    default:
        return value;
    }
}

static int8_t int8_element(struct fill_random *random, enum fill_side side, enum case_fill fill, size_t i) {
    static const int8_t extremes[] = {-128, 127, -127, 126, -1, 0, 1, -128};
    uint64_t value = fill_next(random);
    int lowest = side == FILL_A ? -128 : -127;
    int chosen;
    switch (fill) {
    case FILL_ZERO:
        return 0;
    case FILL_ONE:
        return 1;
    case FILL_MAX:
        return 127;
    case FILL_MIN:
        return side == FILL_A ? -128 : 127;
    case FILL_ALTERNATE:
        return (int8_t)((i % 2 == 0) == (side == FILL_A) ? lowest : 127);
    case FILL_EXTREME:
        chosen = extremes[value % 8];
        break;
    default:
        chosen = (int)(value >> 40 & 0xff) - 128;
        break;
    }
    return (int8_t)(chosen < lowest ? lowest : chosen);
}

static float fp32_element(struct fill_random *random, enum fill_side side, enum case_fill fill, size_t i) {
    static const float extremes[] = {1.0f, -1.0f, 0.0f, -0.0f, 0.5f, -0.5f, 1e-20f, 1.0f};
    uint64_t value = fill_next(random);
    switch (fill) {
    case FILL_ZERO:
        return 0.0f;
    case FILL_ONE:
    case FILL_MAX:
        return 1.0f;
    case FILL_MIN:
        return side == FILL_A ? -1.0f : 1.0f;
    case FILL_ALTERNATE:
        return (i % 2 == 0) == (side == FILL_A) ? 1.0f : -1.0f;
    case FILL_EXTREME:
        return extremes[value % 8];
    default:
        return (float)(int32_t)(value >> 40) / 8388608.0f - 1.0f; /* 24 bits: exact in fp32, -1 <= x < 1 */
    }
}

static void fill_bits_row(uint8_t *row, size_t k, struct fill_random *random, enum fill_side side,
                          enum case_fill fill) {
    size_t words = (k + 63) / 64;
    for (size_t i = 0; i < words; i++) {
        uint64_t word = bits_word(random, side, fill, i);
        if (i == words - 1 && k % 64)
            word &= ((uint64_t)1 << k % 64) - 1;
        memcpy(row + 8 * i, &word, 8);
    }
}

void fill_matrix(void *to, size_t rows, size_t k, size_t stride, enum fill_element element, enum fill_side side,
                 uint64_t seed, enum case_fill fill) {
    struct fill_random random = {seed * 2 + (side == FILL_B)};
    random.state = fill_next(&random);
    for (size_t r = 0; r < rows; r++) {
        uint8_t *row = (uint8_t *)to + r * stride;
        if (element == FILL_BITS)
            fill_bits_row(row, k, &random, side, fill);
        else if (element == FILL_INT8)
            for (size_t i = 0; i < k; i++)
                row[i] = (uint8_t)int8_element(&random, side, fill, i);
        else
            for (size_t i = 0; i < k; i++)
                ((float *)row)[i] = fp32_element(&random, side, fill, i);
    }
}
