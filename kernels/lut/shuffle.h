/* A 16-entry table of bytes, looked up by every byte of a vector: the one thing that vector extensions lack. */
#ifndef LUT_SHUFFLE_H
#define LUT_SHUFFLE_H
#include "../include/kernel.h"
#if defined(__AVX2__)
#include <immintrin.h>
enum { VECTOR_BYTES = 32 };
typedef __m256i table_t, select_t;

static inline table_t load_table(const uint8_t *table) {
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)table));
}
static inline __m256i look_up(table_t table, __m256i index) { return _mm256_shuffle_epi8(table, index); }
#elif defined(__ARM_NEON)
#include <arm_neon.h>
enum { VECTOR_BYTES = 16 };
typedef uint8x16_t select_t;
#if defined(__aarch64__)
typedef uint8x16_t table_t;

static inline table_t load_table(const uint8_t *table) { return vld1q_u8(table); }
static inline uint8x16_t look_up(table_t table, uint8x16_t index) { return vqtbl1q_u8(table, index); }
#else
typedef uint8x8x2_t table_t;

static inline table_t load_table(const uint8_t *table) { return (table_t){{vld1_u8(table), vld1_u8(table + 8)}}; }
static inline uint8x16_t look_up(table_t table, uint8x16_t index) {
    return vcombine_u8(vtbl2_u8(table, vget_low_u8(index)), vtbl2_u8(table, vget_high_u8(index)));
}
#endif
#else
#error "compile this file with the flags of its token in isa.def"
#endif
#endif
