/* bitwise_popcount_bits by vpshufb: a table of 16 counts for each half of a byte, byte sums added up by vpsadbw. */
#include "rows.h"
#include <immintrin.h>
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { LANES = 4, ROUND = 31 }; /* words of a vector; vectors whose byte counts of at most 8 fit a byte */

static inline __m256i counts(__m256i x) {
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i table = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), low);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(x, low)), _mm256_shuffle_epi8(table, high));
}

static uint64_t count_words(const uint64_t *row, size_t words) {
    __m256i sum = _mm256_setzero_si256();
    size_t i = 0;
    while (i + LANES <= words) {
        size_t whole = words / LANES * LANES, end = i + ROUND * LANES < whole ? i + ROUND * LANES : whole;
        __m256i bytes = _mm256_setzero_si256();
        for (; i < end; i += LANES)
            bytes = _mm256_add_epi8(bytes, counts(_mm256_loadu_si256((const __m256i *)(row + i))));
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
    }
    uint64_t lanes[LANES], rest = 0;
    for (; i < words; i++)
        rest += (uint64_t)__builtin_popcountll(row[i]);
    _mm256_storeu_si256((__m256i *)lanes, sum);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3] + rest;
}

static void run(const struct map_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    for (size_t m = 0; m < g->m; m++)
        *(int32_t *)row_of_out(g->c, g->c_stride, m) = (int32_t)count_words(row_of(g->a, g->a_stride, m), words);
}

const struct map_kernel bitwise_popcount_bits__avx2 = {run};
