/* Schemes as the grammar spells them: w<bits>a<bits>, terna<bits>, pot<bits>a8, and the floats. */
#include "forms.h"
#include "../pack/panel.h"
#include <string.h>

static bool floats_of(const char *scheme, struct forms *f) {
    static const struct {
        const char *name;
        enum form_kind kind;
    } known[] = {{"fp32", FORM_FP32}, {"fp16", FORM_FP16}, {"bf16", FORM_BF16}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, scheme) == 0) {
            *f = (struct forms){{known[i].kind, 32}, {known[i].kind, 32}, true};
            return true;
        }
    return false;
}

static bool digit(const char *at, char low, char high, unsigned *value) {
    *value = (unsigned)(*at - '0');
    return *at >= low && *at <= high;
}

/* The part before 'a'; *rest = what follows it. */
static bool weights_of(const char *scheme, struct form *b, const char **rest) {
    unsigned bits;
    if (strncmp(scheme, "tern", 4) == 0) {
        *b = (struct form){FORM_TERN, 2};
        *rest = scheme + 4;
        return true;
    }
    if (strncmp(scheme, "pot", 3) == 0 && digit(scheme + 3, '2', '4', &bits)) {
        *b = (struct form){FORM_POT, bits};
        *rest = scheme + 4;
        return true;
    }
    if (scheme[0] != 'w' || !digit(scheme + 1, '1', '8', &bits))
        return false;
    *b = (struct form){bits == 8 ? FORM_INT8 : FORM_CODES, bits};
    *rest = scheme + 2;
    return true;
}

bool forms_of(const char *op, const char *scheme, struct forms *f) {
    const char *rest;
    unsigned bits;
    if (floats_of(scheme, f))
        return true;
    if (!weights_of(scheme, &f->b, &rest) || rest[0] != 'a' || !digit(rest + 1, '1', '8', &bits) || rest[2] != '\0')
        return false;
    bool pool = strcmp(op, "poolgemm") == 0;
    f->is_float = false;
    f->a = (struct form){FORM_PLANES, bits};
    if (bits == 8 && !pool)
        f->a.kind = FORM_INT8;
    else if (bits == 1 && f->b.bits <= 2 && f->b.kind != FORM_INT8)
        f->a.kind = FORM_BITS;
    if (pool)
        f->b = (struct form){FORM_POOL, 8};
    else if (f->a.kind == FORM_BITS && f->b.kind == FORM_CODES)
        f->b.kind = FORM_BITS;
    return true;
}

bool form_is_words(const struct form *form) { return form->kind == FORM_BITS || form->kind == FORM_PLANES; }

size_t form_align(const struct form *form) {
    if (form_is_words(form))
        return 8;
    return form->kind == FORM_FP32 ? 4 : form->kind == FORM_FP16 || form->kind == FORM_BF16 ? 2 : 1;
}

size_t form_row_bytes(const struct form *form, size_t k) {
    if (form_is_words(form))
        return (form->kind == FORM_PLANES ? form->bits : 1) * bits_row_bytes(k);
    return form->kind == FORM_POOL ? (k + POOL_GROUP - 1) / POOL_GROUP : k * form_align(form);
}

int form_largest(const struct form *form) {
    switch (form->kind) {
    case FORM_PLANES:
    case FORM_CODES: /* unipolar and bipolar reach as far */
        return (1 << form->bits) - 1;
    case FORM_INT8:
    case FORM_POOL:
        return 128;
    case FORM_POT:
        return 1 << ((1 << (form->bits - 1)) - 2);
    default:
        return 1;
    }
}

/* Values that a half cannot hold exactly are cut, not rounded: the fills have none. */
uint16_t half_of(float value) {
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    uint32_t sign = word >> 16 & 0x8000, mantissa = word & 0x7fffff;
    int exponent = (int)(word >> 23 & 0xff) - 127 + 15;
    if (exponent <= 0)
        return (uint16_t)sign;
    if (exponent > 30)
        return (uint16_t)(sign | 0x7bff);
    return (uint16_t)(sign | (uint32_t)exponent << 10 | mantissa >> 13);
}

float half_value(uint16_t half) {
    uint32_t exponent = half >> 10 & 31, mantissa = half & 0x3ff, word = (uint32_t)(half & 0x8000) << 16;
    float value;
    if (exponent == 0)
        return (word ? -1.0f : 1.0f) * (float)mantissa / 16777216.0f;
    word |= (exponent == 31 ? 255u : exponent - 15 + 127) << 23 | mantissa << 13;
    memcpy(&value, &word, sizeof value);
    return value;
}

uint16_t bf16_of(float value) {
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    return (uint16_t)(word >> 16);
}

float bf16_value(uint16_t bits) {
    uint32_t word = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}
