/* Random data finds the usual mistakes, the other fills those at the ends of a range: saturation, a sum that leaves
 * its width, a sign bit taken for a number. */
#include "fills.h"
#include "../pack/panel.h"
#include <string.h>

uint64_t fill_next(struct fill_random *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* MAX makes the largest dot product (all bits agree), MIN the smallest (none does). */
static uint64_t bits_word(uint64_t value, const struct fill *how, size_t word) {
    switch (how->fill) {
    case FILL_ZERO:
        return 0;
    case FILL_ONE:
    case FILL_MAX:
        return UINT64_MAX;
    case FILL_MIN:
        return how->side == FILL_A ? UINT64_MAX : 0;
    case FILL_ALTERNATE:
        return (word % 2 == 0) == (how->side == FILL_A) ? 0xaaaaaaaaaaaaaaaau : 0x5555555555555555u;
    case FILL_EXTREME:
        return value % 4 == 0 ? UINT64_MAX : value % 4 == 1 ? value : 0;
    default:
        return value;
    }
}

/* The values that a byte of a form may hold, by number 0 .. count - 1, in rising order. */
struct values {
    int count, first, step; /* step 0: powers of two */
    int zero;               /* the number of the value nearest to 0 */
};
static struct values values_of(const struct fill *how) {
    int codes = 1 << how->form->bits;
    switch (how->form->kind) {
    case FORM_TERN:
        return (struct values){3, -1, 1, 1};
    case FORM_POT:
        return (struct values){codes - 1, 0, 0, codes / 2 - 1};
    case FORM_POOL:
        return (struct values){POOL_VECTORS, 0, 1, 0};
    case FORM_INT8: /* -128 x -128 is not a weight's business */
        return how->side == FILL_A ? (struct values){256, -128, 1, 128} : (struct values){255, -127, 1, 127};
    default:
        break;
    }
    if (how->encoding == ENCODING_BIPOLAR || (how->form->bits == 1 && how->encoding == ENCODING_SIGNED))
        return (struct values){codes, 1 - codes, 2, codes / 2};
    if (how->encoding == ENCODING_UNIPOLAR)
        return (struct values){codes, 0, 1, 0};
    return (struct values){codes, -codes / 2, 1, codes / 2};
}

static int8_t value_at(const struct values *v, int index) {
    if (v->step)
        return (int8_t)(v->first + v->step * index);
    int from = index - v->zero;
    return (int8_t)(from == 0 ? 0 : from > 0 ? 1 << (from - 1) : -(1 << (-from - 1)));
}

static int8_t byte_element(uint64_t value, const struct fill *how, const struct values *v, size_t i) {
    int last = v->count - 1, zero = v->zero;
    switch (how->fill) {
    case FILL_ZERO:
        return value_at(v, zero);
    case FILL_ONE:
        return value_at(v, zero < last ? zero + 1 : last);
    case FILL_MAX:
        return value_at(v, last);
    case FILL_MIN:
        return value_at(v, how->side == FILL_A ? 0 : last);
    case FILL_ALTERNATE:
        return value_at(v, (i % 2 == 0) == (how->side == FILL_A) ? 0 : last);
    case FILL_EXTREME:
        return value_at(v, value % 8 < 3 ? 0 : value % 8 < 6 ? last : zero);
    default:
        return value_at(v, (int)((value >> 40) % (unsigned)v->count));
    }
}

/* Exact in every float form: 7 bits behind the point, and 23 where there is room for them. */
static float real_element(uint64_t value, const struct fill *how, size_t i) {
    static const float extremes[] = {1.0f, -1.0f, 0.0f, -0.0f, 0.5f, -0.5f, 1e-20f, 1.0f};
    bool wide = how->form->kind == FORM_FP32;
    switch (how->fill) {
    case FILL_ZERO:
        return 0.0f;
    case FILL_ONE:
    case FILL_MAX:
        return 1.0f;
    case FILL_MIN:
        return how->side == FILL_A ? -1.0f : 1.0f;
    case FILL_ALTERNATE:
        return (i % 2 == 0) == (how->side == FILL_A) ? 1.0f : -1.0f;
    case FILL_EXTREME:
        return wide || value % 8 != 6 ? extremes[value % 8] : 0.0f;
    default:
        return wide ? (float)(int32_t)(value >> 40) / 8388608.0f - 1.0f : (float)(int32_t)(value >> 56) / 128.0f - 1.0f;
    }
}

static void fill_bits_row(uint8_t *row, size_t k, struct fill_random *random, const struct fill *how) {
    size_t words = bits_row_bytes(k) / 8;
    for (size_t i = 0; i < words; i++) {
        uint64_t word = bits_word(fill_next(random), how, i);
        if (i == words - 1 && k % 64)
            word &= ((uint64_t)1 << k % 64) - 1;
        memcpy(row + 8 * i, &word, 8);
    }
}

static void fill_bytes_row(uint8_t *row, size_t count, struct fill_random *random, const struct fill *how) {
    struct values values = values_of(how);
    for (size_t i = 0; i < count; i++)
        row[i] = (uint8_t)byte_element(fill_next(random), how, &values, i);
}

static void fill_real_row(uint8_t *row, size_t k, struct fill_random *random, const struct fill *how) {
    for (size_t i = 0; i < k; i++) {
        float real = real_element(fill_next(random), how, i);
        uint16_t narrow = how->form->kind == FORM_FP16 ? half_of(real) : bf16_of(real);
        if (how->form->kind == FORM_FP32)
            memcpy(row + 4 * i, &real, 4);
        else
            memcpy(row + 2 * i, &narrow, 2);
    }
}

static struct fill_random random_of(const struct fill *how) {
    struct fill_random random = {how->seed * 2 + (how->side == FILL_B)};
    random.state = fill_next(&random);
    return random;
}

void fill_matrix(void *to, size_t rows, size_t k, size_t stride, const struct fill *how) {
    struct fill_random random = random_of(how);
    size_t planes = how->form->kind == FORM_PLANES ? how->form->bits : 1;
    for (size_t r = 0; r < rows; r++) {
        uint8_t *row = (uint8_t *)to + r * stride;
        if (form_is_words(how->form))
            for (size_t p = 0; p < planes; p++)
                fill_bits_row(row + p * bits_row_bytes(k), k, &random, how);
        else if (how->form->kind < FORM_FP32)
            fill_bytes_row(row, form_row_bytes(how->form, k), &random, how);
        else
            fill_real_row(row, k, &random, how);
    }
}

void fill_pool(int8_t *pool, const struct fill *how) {
    struct form bytes = {FORM_INT8, 8};
    struct fill vectors = *how;
    vectors.form = &bytes;
    vectors.seed = how->seed ^ 0x706f6f6c;
    fill_matrix(pool, POOL_VECTORS, POOL_GROUP, POOL_GROUP, &vectors);
}
