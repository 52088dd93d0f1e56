/* What all bodies share: the calls, the scratch, and rows of A in plain C. */
#include "body.h"

enum { TERMS_HEAD = 64, COUNTS_BYTES = 4096 };
_Static_assert(sizeof(struct bitserial_terms) <= TERMS_HEAD, "the rows' terms begin behind the head");

/* Rows of A stay in the nearest cache while all panels pass by. */
enum { BLOCK_BYTES = 16 << 10 };

/* DIGIT = 2 w - 2 (w == 3) of every digit of a code, times its weight. */
#define DIGIT(w) (2 * (w)-2 * ((w) == 3))
#define CODE(w) DIGIT((w)&3) + 4 * DIGIT((w) >> 2)
static const int32_t digit_sums[] = {
    CODE(0), CODE(1), CODE(2),  CODE(3),  CODE(4),  CODE(5),  CODE(6),  CODE(7),
    CODE(8), CODE(9), CODE(10), CODE(11), CODE(12), CODE(13), CODE(14), CODE(15),
};
/* The weights of all digits of an operand: 1, or 1 + 4. */
static uint32_t digit_weights(unsigned bits) { return ((1u << bits) - 1) / 3; }

struct bitplanes_form bitserial_form(const struct bitserial_body *body, struct bitserial_bits bits) {
    return (struct bitplanes_form){.bits = bits.w,
                                   .nr = body->columns ? body->columns() : body->tiles->nr,
                                   .chunk = body->chunk,
                                   .sum = body->digits ? digit_sums : NULL,
                                   .times = (int32_t)digit_weights(bits.a),
                                   .shift = bits.a == 8 ? -128 : 0};
}

uint32_t bitserial_row(const uint8_t *planes, size_t row_bytes, const struct bitserial_row *how) {
    uint32_t sum = 0;
    if (how->offset == 0)
        return 0;
    for (size_t p = how->bits; p-- > 0;) {
        uint32_t ones = 0;
#pragma clang loop vectorize(disable)
        for (size_t i = 0; i < row_bytes; i += 8)
            ones += (uint32_t)__builtin_popcountll(load_word(planes + p * row_bytes + i));
        sum = 2 * sum + ones;
    }
    return how->offset * sum;
}

void bitserial_planes(uint8_t *planes, const uint8_t *bytes, size_t k) { bytes_to_planes(planes, bytes, 0, k); }

static size_t terms_bytes(size_t m) { return (TERMS_HEAD + 4 * m + 63) / 64 * 64; }

static size_t planes_bytes(const struct bitserial_body *body, struct bitserial_bits bits, size_t m, size_t k) {
    return bits.a != 8 ? 0 : (body->spread ? 1 : m) * 8 * bits_row_bytes(k);
}

static size_t spread_row_bytes(unsigned bits, size_t k) { return (bits + 1) / 2 * 2 * bits_row_bytes(k); }

size_t bitserial_work_bytes(const struct bitserial_body *body, struct bitserial_bits bits, size_t m, size_t k) {
    size_t bytes = terms_bytes(m) + planes_bytes(body, bits, m, k);
    return body->spread ? bytes + COUNTS_BYTES + m * spread_row_bytes(bits.a, k) : bytes;
}

size_t bitserial_rhs_bytes(const struct bitserial_body *body, struct bitserial_bits bits, size_t n, size_t k) {
    const struct bitplanes_form f = bitserial_form(body, bits);
    return bitplanes_bytes(&f, n, k);
}

void bitserial_pack(const struct bitserial_body *body, struct bitserial_bits bits, void *rhs,
                    const struct gemm_weights *w) {
    const struct bitplanes_form f = bitserial_form(body, bits);
    bitplanes_pack(rhs, w, &f);
}

/* [nibble of the upper plane][nibble of the lower plane][nibble of weights] -> their product. Every row is a sum of two
 * that are there already, 16 bytes at once. */
static void fill_counts(uint8_t (*counts)[16]) {
    memset(counts, 0, 16);
    for (unsigned a = 1; a < 16; a++) {
        unsigned low = a & -a, rest = a - low;
        for (unsigned w = 0; w < 16; w++)
            counts[a][w] = (uint8_t)(counts[rest][w] + ((w & low) != 0));
    }
    for (unsigned high = 1; high < 16; high++)
        for (unsigned low = 0; low < 16; low++)
            for (unsigned w = 0; w < 16; w++)
                counts[16 * high + low][w] = (uint8_t)(counts[low][w] + 2 * counts[high][w]);
}

/* Planes of A where it has none yet, its terms, and its spread form. *g becomes what the walk over tiles needs;
 * returns the bytes of a row of A. */
static size_t prepare(const struct bitserial_body *body, struct bitserial_bits bits, struct gemm_args *g) {
    const struct bitplanes_head *head = g->rhs;
    struct bitserial_terms *terms = g->work;
    uint8_t *work = g->work, *planes = work + terms_bytes(g->m);
    uint8_t *counts = planes + planes_bytes(body, bits, g->m, g->k), *spread = counts + COUNTS_BYTES;
    uint32_t *adds = (uint32_t *)(work + TERMS_HEAD);
    size_t row_bytes = bits_row_bytes(g->k), spread_row = spread_row_bytes(bits.a, g->k);
    const struct bitserial_row how = {bits.a, head->offset, 2 * digit_weights(bits.w) * head->scale};
    *terms = (struct bitserial_terms){adds, bits, head->scale, counts};
    if (body->spread)
        fill_counts((uint8_t(*)[16])counts);
    for (size_t m = 0; m < g->m; m++) {
        const uint8_t *a = (const uint8_t *)g->a + m * g->a_stride;
        if (bits.a == 8) {
            uint8_t *to = planes + (body->spread ? 0 : m * 8 * row_bytes);
            body->planes(to, a, g->k);
            a = to;
        }
        adds[m] = body->row(a, row_bytes, &how);
        if (body->spread)
            body->spread(spread + m * spread_row, a, row_bytes, bits.a);
    }
    g->rhs = (const uint8_t *)g->rhs + BITPLANES_HEAD;
    if (body->spread) {
        g->a = spread;
        return g->a_stride = spread_row;
    }
    if (bits.a == 8) {
        g->a = planes;
        g->a_stride = 8 * row_bytes;
    }
    return bits.a * row_bytes;
}

void bitserial_run(const struct bitserial_body *body, struct bitserial_bits bits, const struct gemm_args *args) {
    struct gemm_args g = *args;
    struct bitserial_terms *terms = g.work;
    const struct bitplanes_form f = bitserial_form(body, bits);
    const struct tile_pair tiles = {body->tiles->one, body->tiles->full, body->tiles->mr, f.nr};
    size_t rows = g.m, block = BLOCK_BYTES / prepare(body, bits, &g) / tiles.mr * tiles.mr;
    block = block ? block : tiles.mr;
    for (size_t m = 0; m < rows; m += block) {
        g.m = rows - m < block ? rows - m : block;
        pair_run(&tiles, &g, g.a, g.a_stride, bitplanes_panel(&f, g.k));
        g.a = (const uint8_t *)g.a + block * g.a_stride;
        g.c = (uint8_t *)g.c + block * g.c_stride;
        terms->row += block;
    }
}
