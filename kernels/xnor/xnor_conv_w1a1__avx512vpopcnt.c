/* xnor_conv_w1a1 by vpopcntd and carry-save pairs: 5 vector operations for 2 words instead of 6.
 *
 * Lanes run along N, 32 bits of K each, as in carry512.h. Counts go down from a quarter of what a sum starts from, so
 * a pair ends as half of its sum. Where that is exact and floats are wanted, they are made of the registers: half of
 * an even sum times twice the scale is the same float. Everything else goes through rows of sums. */
#include "carry512.h"
#include "conv_lanes16.h"

/* 4 x 2 x (sum bits + count) = 16 registers, 4 of B, the rest for A and the adder; wider tiles spill. */
enum { MR = 4, NV = 2, NR = 16 * NV };
/* Words of a turn of the loop over K, and the most turns of a window: lines of 3 taps take full turns. */
enum { TURN = 3, TURNS = 64 };
#define FULLY _Pragma("clang loop unroll(full)")
#define EACH_PAIR FULLY for (size_t r = 0; r < mr; r++) FULLY for (size_t j = 0; j < NV; j++)

/* What the tiles of a call share: turns, where the outputs of the next tile lie, parameters of the channels. */
struct ends {
    size_t turns; /* 0: words come one by one */
    uint32_t turn_at[TURNS];
    uint8_t *out, *bits; /* bits: NULL where nobody wants them */
    const uint8_t *shortcut;
    size_t out_stride, bits_stride, shortcut_stride;
    const float *bias;
    int32_t quarter; /* that counts begin with */
    _Alignas(64) float twice[NR];
};

/* What is added where there is no shortcut: it changes nothing, not even -0.0. */
#define MINUS_0 -0.0f, -0.0f, -0.0f, -0.0f, -0.0f, -0.0f, -0.0f, -0.0f
static const _Alignas(64) float no_shortcut[NR] = {MINUS_0, MINUS_0, MINUS_0, MINUS_0};

static inline void turns_of(struct ends *e, const struct conv_tiles *t) {
    e->turns = 0;
    if (t->words % TURN == 0 && t->lines * t->words <= TURNS * TURN)
        for (size_t line = 0; line < t->lines; line++)
            for (size_t i = 0; i < t->words; i += TURN)
                e->turn_at[e->turns++] = (uint32_t)(line * t->line_bytes + 8 * i);
}

static inline void ends_of(struct ends *e, const struct conv_tiles *t) {
    const struct conv_args *g = t->args;
    e->quarter = 0;
    if (t->sums)
        return;
    e->quarter = t->starts_base[t->column] / 4;
    e->out_stride = g->out_stride, e->bits_stride = g->bits_stride, e->shortcut_stride = g->shortcut_stride;
    e->out = (uint8_t *)g->out + t->pixel * e->out_stride + 4 * t->column;
    e->bits = NULL;
    if (g->epilogue == EPILOGUE_FLOAT_BITS)
        e->bits = (uint8_t *)g->bits + t->pixel * e->bits_stride + t->column / 8;
    e->shortcut = (const uint8_t *)no_shortcut;
    if (g->shortcut)
        e->shortcut = (const uint8_t *)g->shortcut + t->pixel * e->shortcut_stride + 4 * t->column;
    else
        e->shortcut_stride = 0;
    e->bias = g->bias + t->column;
    FULLY for (size_t j = 0; j < NV; j++) {
        __m512 scale = _mm512_loadu_ps(g->scale + t->column + 16 * j);
        _mm512_store_ps(e->twice + 16 * j, _mm512_add_ps(scale, scale));
    }
}

/* Outputs of a tile from registers. */
TILE_INLINE end_floats(struct ends *e, size_t mr, struct pair pairs[MR][NV]) {
    uint8_t *out = e->out;
    const uint8_t *shortcut = e->shortcut;
    size_t out_stride = e->out_stride, shortcut_stride = e->shortcut_stride, bits_stride = e->bits_stride;
    __mmask16 below[MR][NV];
    __m512 scale[NV], bias[NV];
    FULLY for (size_t j = 0; j < NV; j++) {
        scale[j] = _mm512_load_ps(e->twice + 16 * j), bias[j] = _mm512_loadu_ps(e->bias + 16 * j);
    }
    FULLY for (size_t r = 0; r < mr; r++, out += out_stride, shortcut += shortcut_stride)
        FULLY for (size_t j = 0; j < NV; j++) {
            __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(pair_last(&pairs[r][j])), scale[j]);
            y = _mm512_add_ps(_mm512_add_ps(y, bias[j]), _mm512_loadu_ps(shortcut + 64 * j));
            _mm512_storeu_ps(out + 64 * j, y);
            below[r][j] = _mm512_cmp_ps_mask(y, _mm512_setzero_ps(), _CMP_LT_OQ);
        }
    e->out = out, e->shortcut = shortcut;
    uint8_t *bits = e->bits;
    if (!bits)
        return;
    FULLY for (size_t r = 0; r < mr; r++, bits += bits_stride)
        FULLY for (size_t j = 0; j < NV; j++) _store_mask16((__mmask16 *)(bits + 2 * j), below[r][j]);
    e->bits = bits;
}

TILE_INLINE store_sums(const struct conv_tiles *t, size_t first, size_t mr, struct pair pairs[MR][NV]) {
    int32_t *sums = t->sums + first * t->sums_stride;
    FULLY for (size_t r = 0; r < mr; r++, sums += t->sums_stride) {
        const int32_t *start = t->starts[first + r] + t->column;
        FULLY for (size_t j = 0; j < NV; j++) {
            __m512i differ = _mm512_slli_epi32(pair_last(&pairs[r][j]), 1);
            _mm512_storeu_si512(sums + 16 * j, _mm512_add_epi32(_mm512_loadu_si512(start + 16 * j), differ));
        }
    }
}

/* One 64-bit word of K of every pixel and column of the tile. */
TILE_INLINE step(const uint8_t *const a[MR], size_t mr, size_t i, const __m512i *b, struct pair pairs[MR][NV]) {
    FULLY for (size_t r = 0; r < mr; r++) {
        __m512i a1 = _mm512_set1_epi32((int)load_u32(a[r] + i)), a2 = _mm512_set1_epi32((int)load_u32(a[r] + i + 4));
        FULLY for (size_t j = 0; j < NV; j++) pair_add(&pairs[r][j], a1, a2, b[j], b[NV + j]);
    }
}

TILE_INLINE tile(const struct conv_tiles *t, struct ends *e, size_t first, size_t mr) {
    struct pair pairs[MR][NV];
    const uint8_t *a[MR];
    const __m512i *b = (const __m512i *)t->panel;
    FULLY for (size_t r = 0; r < mr; r++) a[r] = t->at[first + r];
    EACH_PAIR pairs[r][j] = (struct pair){_mm512_setzero_si512(), _mm512_set1_epi32(e->quarter)};
    /* one loop without a branch inside: at 64 channels a tile has 3 turns */
    size_t i = 0, end = 8 * t->words, turns = mr > 1 ? e->turns : 0;
    for (size_t turn = 0; turn < turns; turn++, b += 2 * NV * TURN)
        FULLY for (size_t k = 0; k < TURN; k++) step(a, mr, e->turn_at[turn] + 8 * k, b + 2 * NV * k, pairs);
    for (size_t line = turns ? t->lines : 0; line < t->lines; line++) {
        for (; i < end; i += 8, b += 2 * NV)
            step(a, mr, i, b, pairs);
        i = end + t->line_bytes - 8 * t->words, end += t->line_bytes;
    }
    if (t->sums)
        store_sums(t, first, mr, pairs);
    else
        end_floats(e, mr, pairs);
}

static void tiles(const struct conv_tiles *t, size_t pixels) {
    struct ends e;
    turns_of(&e, t);
    ends_of(&e, t);
    size_t first = 0;
    for (; first + MR <= pixels; first += MR)
        tile(t, &e, first, MR);
    for (; first < pixels; first++)
        tile(t, &e, first, 1);
}

static void pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words) {
    panel_pack(panels, (const uint8_t *)w->b + first * w->b_stride, w->b_stride, n, lines * words * 8, NR, 4);
}

static const struct conv_form form = {.nr = NR, .word_bytes = 8, .max_words = SIZE_MAX, .pack = pack, .tiles = tiles,
                                      .finish_pixel = xnor_conv_finish, .finish = lanes_finish, .multiple = 1};
static const struct conv_form form_ends = {.nr = NR, .word_bytes = 8, .max_words = SIZE_MAX, .tiles = tiles,
                                           .multiple = 2 * NR,
                                           .ends = 1u << EPILOGUE_FLOAT | 1u << EPILOGUE_FLOAT_BITS};

/* Can floats be made of registers? Whole words of bits, a number of products that has a quarter, and scales that can
 * be doubled. */
static bool can_end(const struct conv_args *g) {
    const struct conv_shape *s = &g->shape;
    if (g->epilogue < EPILOGUE_FLOAT || s->groups != 1 || s->n % form_ends.multiple != 0 || s->c % 4 != 0 ||
        g->border == BORDER_ZERO)
        return false;
    __mmask16 small = 0xffff;
    for (size_t o = 0; o < s->n; o += 16)
        small &= _mm512_cmp_ps_mask(_mm512_abs_ps(_mm512_loadu_ps(g->scale + o)), _mm512_set1_ps(0x1p126f), _CMP_LT_OQ);
    return small == 0xffff;
}

static void run(const struct conv_args *g) { xnor_conv_run(g, can_end(g) ? &form_ends : &form); }

static size_t rhs_bytes(const struct conv_shape *s) { return xnor_conv_rhs_bytes(s, &form); }

static size_t work_bytes(const struct conv_shape *s) { return xnor_conv_work_bytes(s, &form); }

static void pack_rhs(void *rhs, const struct conv_weights *w) { xnor_conv_pack(rhs, w, &form); }

const struct conv_kernel xnor_conv_w1a1__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
