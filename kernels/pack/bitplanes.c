/* Packing of B as bit-planes. Not in any timed call, so it is written to be plainly right. */
#include "bitplanes.h"

static struct bitplanes_head head_of(const struct gemm_weights *w, unsigned bits) {
    uint32_t codes = 1u << bits;
    if (w->encoding == ENCODING_UNIPOLAR)
        return (struct bitplanes_head){1, 0};
    /* one bit in two's complement would be -1 and 0; its values are -1 and +1 */
    if (w->encoding == ENCODING_BIPOLAR || bits == 1)
        return (struct bitplanes_head){2, 1 - codes};
    return (struct bitplanes_head){1, 0 - codes / 2};
}

static void put_code(uint8_t *lane, const struct bitplanes_form *f, size_t plane, size_t k, uint32_t code) {
    size_t group = (f->chunk + 7) / 8, bit = k % f->chunk;
    uint8_t *byte = lane + k / f->chunk * f->nr * group + bit / 8;
    for (unsigned p = 0; p < f->bits; p++)
        byte[p * plane] |= (uint8_t)((code >> p & 1) << bit % 8);
}

void bitplanes_pack(void *rhs, const struct gemm_weights *w, const struct bitplanes_form *f) {
    struct bitplanes_head head = head_of(w, f->bits);
    size_t plane = bitplanes_plane(f, w->k), panel = bitplanes_panel(f, w->k), group = (f->chunk + 7) / 8;
    memset(rhs, 0, bitplanes_bytes(f, w->n, w->k));
    memcpy(rhs, &head, sizeof head);
    for (size_t n = 0; n < w->n; n++) {
        const int8_t *row = (const int8_t *)w->b + n * w->b_stride;
        uint8_t *at = (uint8_t *)rhs + BITPLANES_HEAD + n / f->nr * panel;
        uint32_t *sum = (uint32_t *)(at + f->bits * plane) + n % f->nr;
        for (size_t k = 0; k < w->k; k++) {
            uint32_t code = ((uint32_t)row[k] - head.offset) / head.scale;
            size_t bit = f->tap ? bitplanes_k(f, k / f->tap * f->tap) + k % f->tap : k;
            put_code(at + n % f->nr * group, f, plane, bit, code);
            *sum += (uint32_t)f->shift * (uint32_t)row[k];
            if (f->sum)
                *sum += head.scale * (uint32_t)f->times * (uint32_t)f->sum[code];
        }
    }
}
