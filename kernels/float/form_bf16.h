/* Elements of 2 bytes: the upper halves of floats. */
#ifndef FLOAT_FORM_H
#define FLOAT_FORM_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { FORM_BYTES = 2 };

static inline float form_float(uint16_t upper) {
    uint32_t word = (uint32_t)upper << 16;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

#if defined(__AVX512F__)
static inline vec form_load(const uint8_t *from) {
    __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)from));
    return _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
}
#elif defined(__AVX2__)
static inline vec form_load(const uint8_t *from) {
    __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(words, 16));
}
#elif defined(PACK_LANES_NEON)
static inline vec form_load(const uint8_t *from) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16((const uint16_t *)from), 16));
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
