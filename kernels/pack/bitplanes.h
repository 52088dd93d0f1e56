/* Weights below 8 bits as bit-planes in panels, and bytes as bit-planes.
 *
 * A weight is stored as a code u = 0 .. 2^bits - 1, whatever its encoding: weight = scale * u + offset, so
 *     dot = scale * sum(u * a) + offset * sum(a).
 * The head of the packed form holds scale and offset; panels follow. A panel of `nr` columns: its planes, lowest bit
 * first, each [bits of K / chunk][nr][bytes of a chunk], then one int32 a column that is added to every sum. */
#ifndef PACK_BITPLANES_H
#define PACK_BITPLANES_H
#include "../include/gemm.h"
#include "panel.h"
#include <string.h>

struct bitplanes_head {
    uint32_t scale, offset; /* modulo 2^32, as all sums */
};
enum { BITPLANES_HEAD = 64 };

struct bitplanes_form {
    unsigned bits;      /* planes of a weight */
    size_t nr, chunk;   /* columns of a panel; neighbouring bits of K of one column that stay together */
    const int32_t *sum; /* [2^bits], what a code adds to its column, times the scale; NULL: nothing */
    int32_t times;      /* and times this */
    int32_t shift;      /* what each weight is multiplied with and added to its column */
    size_t tap;         /* every so many weights begin a new word; 0: none does */
};

/* Bits of a row of k weights. */
static inline size_t bitplanes_k(const struct bitplanes_form *f, size_t k) {
    return f->tap ? k / f->tap * 8 * bits_row_bytes(f->tap) : k;
}

static inline size_t bitplanes_plane(const struct bitplanes_form *f, size_t k) {
    return bits_row_bytes(bitplanes_k(f, k)) * 8 / f->chunk * f->nr * ((f->chunk + 7) / 8);
}
static inline size_t bitplanes_panel(const struct bitplanes_form *f, size_t k) {
    return f->bits * bitplanes_plane(f, k) + 4 * f->nr;
}
static inline size_t bitplanes_bytes(const struct bitplanes_form *f, size_t n, size_t k) {
    return BITPLANES_HEAD + (n + f->nr - 1) / f->nr * bitplanes_panel(f, k);
}
void bitplanes_pack(void *rhs, const struct gemm_weights *w, const struct bitplanes_form *f);

/* Bit j of byte i becomes bit i of byte j: three rounds of swapping squares along the diagonal. */
static inline uint64_t bits_transpose(uint64_t x) {
    uint64_t t = (x ^ x >> 7) & 0x00aa00aa00aa00aau;
    x ^= t ^ t << 7;
    t = (x ^ x >> 14) & 0x0000cccc0000ccccu;
    x ^= t ^ t << 14;
    t = (x ^ x >> 28) & 0x00000000f0f0f0f0u;
    return x ^ t ^ t << 28;
}

/* From byte `first` on, a multiple of 8: k signed bytes, each plus 128, into 8 planes of bits_row_bytes(k). */
static inline void bytes_to_planes(uint8_t *planes, const uint8_t *bytes, size_t first, size_t k) {
    size_t row = bits_row_bytes(k);
    for (size_t i = first; i < 8 * row; i += 8) {
        uint64_t x = 0;
        if (i + 8 <= k) {
            memcpy(&x, bytes + i, 8);
            x ^= 0x8080808080808080u;
        } else {
            for (size_t j = i; j < k; j++)
                x |= (uint64_t)(bytes[j] ^ 0x80u) << 8 * (j - i);
        }
        x = bits_transpose(x);
        for (size_t p = 0; p < 8; p++)
            planes[p * row + i / 8] = (uint8_t)(x >> 8 * p);
    }
}
#endif
