/* Elements of 2 bytes to floats. Who includes this has included its vectors, lanes_*.h, and defined ISA. */
#include "body.h"
#include <string.h>

enum { FAR = 2048 }; /* bytes; the memory's prefetcher stops at the end of each page */
#define JOIN(name, isa) name##isa
#define OF_ISA(name, isa) JOIN(name, isa)

static inline float float_of(uint32_t word) {
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static inline float upper_float(uint16_t upper) { return float_of((uint32_t)upper << 16); }

/* Integers but for the halves below 2^-14, so that no unit that takes small floats for zero can lose them. */
static inline float half_float(uint16_t half) {
    uint32_t magnitude = half & 0x7fffu, word = (magnitude << 13) + ((uint32_t)(127 - 15) << 23);
    float small = (float)(int32_t)magnitude * 0x1p-24f;
    if (magnitude >= 0x7c00) /* infinite, or no number */
        word |= 255u << 23;
    if (magnitude < 0x400)
        memcpy(&word, &small, sizeof word);
    return float_of(word | (uint32_t)(half & 0x8000) << 16);
}

#if defined(__AVX512F__)
static inline vec half_load(const uint16_t *from) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)from));
}
static inline vec upper_load(const uint16_t *from) {
    __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)from));
    return _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
}
#elif defined(__AVX2__)
/* half_float in vectors: the token does not promise the conversion of F16C. */
static inline vec half_load(const uint16_t *from) {
    __m256i half = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
    __m256i magnitude = _mm256_and_si256(half, _mm256_set1_epi32(0x7fff));
    __m256i word = _mm256_add_epi32(_mm256_slli_epi32(magnitude, 13), _mm256_set1_epi32((127 - 15) << 23));
    __m256i endless = _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32(0x7bff));
    __m256i tiny = _mm256_cmpgt_epi32(_mm256_set1_epi32(0x400), magnitude);
    __m256 small = _mm256_mul_ps(_mm256_cvtepi32_ps(magnitude), _mm256_set1_ps(0x1p-24f));
    word = _mm256_or_si256(word, _mm256_and_si256(endless, _mm256_set1_epi32(255 << 23)));
    word = _mm256_blendv_epi8(word, _mm256_castps_si256(small), tiny);
    __m256i sign = _mm256_slli_epi32(_mm256_xor_si256(half, magnitude), 16);
    return _mm256_castsi256_ps(_mm256_or_si256(word, sign));
}
static inline vec upper_load(const uint16_t *from) {
    __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(words, 16));
}
#elif defined(PACK_LANES_NEON)
static inline vec upper_load(const uint16_t *from) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(from), 16)); }
#endif
#if defined(__aarch64__) && defined(PACK_LANES_NEON)
static inline vec half_load(const uint16_t *from) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from))); }
#endif

#define TO_FLOATS(name, body)                                                                                          \
    void OF_ISA(float_##name##__, ISA)(float *to, const uint8_t *from, size_t count) {                                 \
        const uint16_t *elements = (const uint16_t *)from;                                                             \
        body                                                                                                           \
    }
#define BY_VECTORS(one)                                                                                                \
    _Pragma("clang loop unroll(disable)") for (; count >= LANES; count -= LANES, elements += LANES, to += LANES) {     \
        __builtin_prefetch((const uint8_t *)elements + FAR);                                                           \
        vec_store(to, one##_load(elements));                                                                           \
    }
#define ONE_BY_ONE(one)                                                                                                \
    _Pragma("clang loop vectorize(disable)") for (size_t i = 0; i < count; i++) to[i] = one##_float(elements[i]);
