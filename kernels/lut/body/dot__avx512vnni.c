/* One row of bytes times weights of few bits by vpdpbusd: for a single row a table is not worth its lookups where the
 * core multiplies 64 bytes at once.
 *
 * A byte of B holds the codes of several columns and of one K. Nothing is shifted: a vector is multiplied as it is, then
 * without its highest code, without its two highest, and so on; neighbouring sums differ by those of one column, times
 * a power of two. Lanes run along N, four of K in each. */
#include "../../pack/tiles.h"
#include "../dot.h"
#include <immintrin.h>
#if !defined(__AVX512VNNI__)
#error "compile this file with the flags of its token in isa.def"
#endif

/* SUMS in registers, of 16 columns each; `bits` vectors of B at a step of 4 of K. Within MOST of K none of them exceeds
 * 31 bits: 255 * 128 * 65536. The prefetch reaches over the edges of pages, where the hardware's own stops. */
enum { LANES = 16, GROUP = 4, SUMS = 8, COLUMNS = SUMS * LANES, MOST = 1 << 16, AHEAD_BYTES = 2048 };
#define FULLY _Pragma("clang loop unroll(full)")

static inline size_t steps_of(size_t k) { return (k + GROUP - 1) / GROUP; }
static inline size_t panels_of(size_t n) { return (n + COLUMNS - 1) / COLUMNS; }

/* k of A, at most MOST, of one panel; `last` is what k / GROUP leaves over, zero above. */
TILE_INLINE block(__m512i sums[SUMS], const uint8_t *a, size_t k, const uint32_t *last, const __m512i *b, size_t bits) {
    __m512i sum[SUMS], low[SUMS / 2];
    FULLY for (size_t i = 0; i < SUMS; i++) sum[i] = _mm512_setzero_si512();
    FULLY for (size_t j = 1; j < SUMS / bits; j++) {
        uint32_t codes = (0xffu >> j * bits) * 0x01010101u;
        __asm__("" : "+r"(codes)); /* else it lies in memory, 64 bytes of it */
        low[j] = _mm512_set1_epi32((int)codes);
    }
    for (size_t left = k / GROUP, rest = k % GROUP;; left = 1, rest = 0, a = (const uint8_t *)last) {
        for (; left > 0; left--, a += GROUP, b += bits) {
            const __m512i a4 = _mm512_set1_epi32((int)load_u32(a));
            FULLY for (size_t v = 0; v < bits; v++) {
                _mm_prefetch((const char *)(b + v) + AHEAD_BYTES, _MM_HINT_T0);
                FULLY for (size_t j = 0; j < SUMS / bits; j++) {
                    __m512i *to = &sum[v * SUMS / bits + j];
                    *to = _mm512_dpbusd_epi32(*to, j ? _mm512_and_si512(b[v], low[j]) : b[v], a4);
                }
            }
        }
        if (rest == 0)
            break;
    }
    FULLY for (size_t i = 0; i < SUMS; i++) sums[i] = sum[i];
}
typedef void block_fn(__m512i *sums, const uint8_t *a, size_t k, const uint32_t *last, const __m512i *b);
#define BLOCK(bits)                                                                                                    \
    static void block_##bits(__m512i *sums, const uint8_t *a, size_t k, const uint32_t *last, const __m512i *b) {      \
        block(sums, a, k, last, b, bits);                                                                              \
    }
BLOCK(2)
BLOCK(4)

static __attribute__((cold)) int32_t sum_of(const int8_t *a, size_t k) {
    __m512i sum = _mm512_setzero_si512(), ones = _mm512_set1_epi8(1);
    for (size_t i = 0; i < k; i += 64) {
        __mmask64 there = k - i < 64 ? ((__mmask64)1 << (k - i)) - 1 : ~(__mmask64)0;
        sum = _mm512_dpbusd_epi32(sum, ones, _mm512_maskz_loadu_epi8(there, a + i));
    }
    return _mm512_reduce_add_epi32(sum);
}

__attribute__((cold)) void lut_dot_run(const struct gemm_args *g) {
    const struct codes *codes = g->rhs;
    const __m512i *b = (const __m512i *)(codes + 1), scale = _mm512_set1_epi32(codes->scale);
    const __m512i start = _mm512_set1_epi32(codes_dot(codes, 0, sum_of(g->a, g->k)));
    const size_t bits = (size_t)codes->planes, per_byte = SUMS / bits;
    block_fn *const run_block = bits == 2 ? block_2 : block_4;
    uint32_t last = 0;
    memcpy(&last, (const uint8_t *)g->a + g->k / GROUP * GROUP, g->k % GROUP);
    for (size_t n = 0; n < g->n; n += COLUMNS)
        for (size_t i = 0; i < g->k; i += MOST) {
            __m512i sums[SUMS];
            const size_t k = g->k - i < MOST ? g->k - i : MOST;
            run_block(sums, (const uint8_t *)g->a + i, k, &last, b);
            b += steps_of(k) * bits;
            for (size_t j = 0; j < SUMS && n + j * LANES < g->n; j++) {
                int32_t *c = (int32_t *)g->c + n + j * LANES;
                const size_t left = g->n - n - j * LANES, below = per_byte - 1 - j % per_byte;
                const __mmask16 there = left < LANES ? (__mmask16)((1u << left) - 1) : 0xffff;
                __m512i own = below ? _mm512_sub_epi32(sums[j], sums[j + 1]) : sums[j];
                own = _mm512_mullo_epi32(scale, _mm512_sra_epi32(own, _mm_cvtsi32_si128((int)(below * bits))));
                own = _mm512_add_epi32(own, i ? _mm512_maskz_loadu_epi32(there, c) : start);
                _mm512_mask_storeu_epi32(c, there, own);
            }
        }
}

__attribute__((cold)) size_t lut_dot_rhs_bytes(size_t n, size_t k, size_t bits) {
    return sizeof(struct codes) + panels_of(n) * steps_of(k) * bits * sizeof(__m512i);
}

__attribute__((cold)) void lut_dot_pack(void *rhs, const struct gemm_weights *w, size_t bits) {
    struct codes *codes = rhs;
    struct gemm_weights own = *w;
    own.encoding = (enum weight_encoding)(w->encoding | (bits - 1) << PLANES_ABOVE);
    memset(rhs, 0, lut_dot_rhs_bytes(w->n, w->k, bits));
    *codes = codes_of(&own);
    for (size_t n = 0; n < w->n; n++) {
        size_t sum = n % COLUMNS / LANES, per_byte = SUMS / bits, shift = (per_byte - 1 - sum % per_byte) * bits;
        uint8_t *to = (uint8_t *)(codes + 1) + (n / COLUMNS * steps_of(w->k) * bits + sum / per_byte) * 64;
        to += n % LANES * GROUP;
        for (size_t i = 0; i < w->k; i++) {
            unsigned code = code_of(codes, ((const int8_t *)w->b)[n * w->b_stride + i]);
            to[i / GROUP * bits * 64 + i % GROUP] |= (uint8_t)(code << shift);
        }
    }
}
