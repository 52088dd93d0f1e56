/* Pools and signs: the layers without products. */
#include <string.h>

#include "state.h"

#if defined(__SSE2__)
#include <emmintrin.h>
enum { SIGNS_STEP = 16 };
static uint64_t signs(const int16_t *row) {
    __m128i low = _mm_loadu_si128((const __m128i *)row), high = _mm_loadu_si128((const __m128i *)(row + 8));
    return (uint64_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
}
#else
enum { SIGNS_STEP = 4 };
/* Four 16-bit sign bits to four neighbouring bits, by one multiplication (little-endian targets only). */
static uint64_t signs(const int16_t *row) {
    uint64_t v;
    memcpy(&v, row, sizeof v);
    v = (v >> 15) & 0x0001000100010001ull;
    return (v * 0x0001000200040008ull) >> 48 & 15;
}
#endif

void signs_pack(uint64_t *words, const int16_t *row, size_t channels) {
    for (size_t first = 0; first < channels; first += 64) {
        size_t count = channels - first < 64 ? channels - first : 64, b = 0;
        uint64_t word = 0;
        for (; b + SIGNS_STEP <= count; b += SIGNS_STEP)
            word |= signs(row + first + b) << b;
        for (; b < count; b++)
            word |= (uint64_t)(row[first + b] < 0) << b;
        *words++ = word;
    }
}

/* First and last-plus-one index inside the map of the window at `place`. */
struct span {
    size_t first, end;
};

static struct span inside(size_t place, const struct plan_layer *l, size_t side) {
    size_t begin = place * l->stride, first = begin < l->pad ? 0 : begin - l->pad;
    size_t end = begin + l->kernel - l->pad;
    return (struct span){first, end < side ? end : side};
}

static void take_larger(int16_t *restrict out, const int16_t *restrict row, size_t channels) {
    for (size_t o = 0; o < channels; o++)
        out[o] = row[o] > out[o] ? row[o] : out[o];
}

void layer_maxpool(const struct net_state *s, const struct layer *l) {
    const int16_t *map = s->tensors[l->plan.source];
    int16_t *out = s->tensors[l->plan.out];
    uint64_t *bits = l->plan.bits == PLAN_NONE ? NULL : s->tensors[l->plan.bits];
    size_t channels = l->out.c, words = plan_row_words(l->out.c);
    for (size_t y = 0; y < l->out.h; y++)
        for (size_t x = 0; x < l->out.w; x++, out += channels) {
            struct span down = inside(y, &l->plan, l->source.h), across = inside(x, &l->plan, l->source.w);
            for (size_t o = 0; o < channels; o++)
                out[o] = INT16_MIN;
            for (size_t i = down.first; i < down.end; i++)
                for (size_t j = across.first; j < across.end; j++)
                    take_larger(out, map + (i * l->source.w + j) * channels, channels);
            if (bits)
                signs_pack(bits + (y * l->out.w + x) * words, out, channels);
        }
}

static void add_row(int32_t *restrict sums, const int16_t *restrict row, size_t channels) {
    for (size_t o = 0; o < channels; o++)
        sums[o] += row[o];
}

/* clamp8((sum * factor + half) >> shift), in 32 bits where they suffice. */
static void average(int8_t *restrict out, const int32_t *restrict sums, const struct layer *l) {
    int64_t half = (int64_t)1 << (l->plan.shift - 1), taps = (int64_t)l->plan.kernel * l->plan.kernel;
    if (taps * 32768 * l->plan.factor + half <= INT32_MAX) {
        int32_t factor = (int32_t)l->plan.factor, half32 = (int32_t)half;
        uint32_t shift = l->plan.shift;
        for (size_t o = 0; o < l->out.c; o++) {
            int32_t v = (sums[o] * factor + half32) >> shift;
            out[o] = (int8_t)(v < INT8_MIN ? INT8_MIN : v > INT8_MAX ? INT8_MAX : v);
        }
        return;
    }
    for (size_t o = 0; o < l->out.c; o++) {
        int64_t v = (sums[o] * (int64_t)l->plan.factor + half) >> l->plan.shift;
        out[o] = (int8_t)(v < INT8_MIN ? INT8_MIN : v > INT8_MAX ? INT8_MAX : v);
    }
}

void layer_avgpool8(const struct net_state *s, const struct layer *l) {
    const int16_t *map = s->tensors[l->plan.source];
    int8_t *out = s->tensors[l->plan.out];
    size_t channels = l->out.c;
    for (size_t y = 0; y < l->out.h; y++)
        for (size_t x = 0; x < l->out.w; x++, out += channels) {
            struct span down = inside(y, &l->plan, l->source.h), across = inside(x, &l->plan, l->source.w);
            memset(s->sums, 0, 4 * channels);
            for (size_t i = down.first; i < down.end; i++)
                for (size_t j = across.first; j < across.end; j++)
                    add_row(s->sums, map + (i * l->source.w + j) * channels, channels);
            average(out, s->sums, l);
        }
}
