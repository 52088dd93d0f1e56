/* Elements of 2 bytes: IEEE halves. */
#ifndef FLOAT_FORM_H
#define FLOAT_FORM_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { FORM_BYTES = 2 };

/* Integers but for the halves below 2^-14, so that no unit that takes small floats for zero can lose them. */
static inline float form_float(uint16_t half) {
    uint32_t magnitude = half & 0x7fffu, word = (magnitude << 13) + ((uint32_t)(127 - 15) << 23);
    float small = (float)(int32_t)magnitude * 0x1p-24f, value;
    if (magnitude >= 0x7c00) /* infinite, or no number */
        word |= 255u << 23;
    if (magnitude < 0x400)
        memcpy(&word, &small, sizeof word);
    word |= (uint32_t)(half & 0x8000) << 16;
    memcpy(&value, &word, sizeof value);
    return value;
}

#if defined(__AVX512F__)
static inline vec form_load(const uint8_t *from) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)from));
}
#elif defined(__aarch64__) && defined(PACK_LANES_NEON)
static inline vec form_load(const uint8_t *from) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t *)from)));
}
#else
static inline vec form_load(const uint8_t *from) {
    float values[LANES];
    for (size_t i = 0; i < LANES; i++)
        values[i] = form_float(((const uint16_t *)from)[i]);
    return vec_load(values);
}
#endif

static inline void form_floats(float *to, const uint8_t *from, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        vec_store(to + i, form_load(from + 2 * i));
    for (; i < count; i++)
        to[i] = form_float(((const uint16_t *)from)[i]);
}
#endif
