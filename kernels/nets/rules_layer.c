/* What one layer of a plan may look like, by itself; the twin of harness/networks/plans/layer_rules.py. */
#include <math.h>
#include <string.h>

#include "../include/gemm.h"
#include "plan.h"

struct check {
    const struct net *net;
    unsigned index;
    struct plan_layer l;
    struct plan_tensor source, made;
    uint32_t channels;
    char *err;
    size_t err_size;
};

#define DEMAND(condition, what) \
    do { \
        if (!(condition)) \
            return plan_fail(c->err, c->err_size, "plan: layer %u: %s", c->index, what); \
    } while (0)

/* Windows along one side; false if one lies outside of the map as a whole. */
struct side {
    uint32_t given, made, kernel, stride, pad;
};

static bool side_fits(const struct side *s) {
    return s->kernel >= 1 && s->kernel <= PLAN_MAX_WINDOW && s->stride >= 1 && s->stride <= PLAN_MAX_WINDOW &&
           s->pad < s->kernel && (s->made - 1) * s->stride < s->given + s->pad;
}

static bool side_is_inside(const struct side *s) {
    return s->pad == 0 && (s->made - 1) * s->stride + s->kernel <= s->given;
}

/* Exactly as many windows as a border on both ends has room for. */
static bool side_is_even(const struct side *s) {
    return s->given + 2 * s->pad >= s->kernel && (s->given + 2 * s->pad - s->kernel) / s->stride + 1 == s->made;
}

static bool border_fits(const struct check *c, bool inside) {
    static const uint8_t known[] = {
        [PLAN_I8] = 1 << PLAN_ZERO | 1 << PLAN_REPLICATE | 1 << PLAN_VALUE,
        [PLAN_F32] = 1 << PLAN_ZERO | 1 << PLAN_REPLICATE,
        [PLAN_F16] = 1 << PLAN_ZERO | 1 << PLAN_REPLICATE,
        [PLAN_BITS] = 1 << PLAN_PLUS_ONE | 1 << PLAN_MINUS_ONE | 1 << PLAN_ZERO | 1 << PLAN_REPLICATE,
        [PLAN_PLANES] = 1 << PLAN_ZERO | 1 << PLAN_REPLICATE,
    };
    if (c->l.border == PLAN_NOTHING)
        return inside || c->l.op != PLAN_CONV;
    return c->l.op == PLAN_CONV && c->l.border <= PLAN_VALUE && known[c->source.type] >> c->l.border & 1;
}

static bool window(const struct check *c) {
    const struct plan_layer *l = &c->l;
    struct side down = {c->source.h, c->made.h, l->kernel_h, l->stride_h, l->pad_top};
    struct side across = {c->source.w, c->made.w, l->kernel_w, l->stride_w, l->pad_left};
    DEMAND(side_fits(&down) && side_fits(&across), "window");
    if (l->op == PLAN_AFFINE)
        DEMAND(l->kernel_h == 1 && l->kernel_w == 1 && l->stride_h == 1 && l->stride_w == 1 &&
                   down.given == down.made && across.given == across.made,
               "keeps its map");
    DEMAND(border_fits(c, side_is_inside(&down) && side_is_inside(&across)), "border");
    DEMAND(l->border == PLAN_VALUE ? l->border_value >= -128 && l->border_value <= 127 : l->border_value == 0,
           "value of the border");
    bool square = l->kernel_h == l->kernel_w && l->stride_h == l->stride_w && l->pad_top == l->pad_left;
    if (c->source.type == PLAN_BITS && l->border == PLAN_ZERO)
        DEMAND(!strcmp(l->scheme, "w1a1") && square && side_is_even(&down) && side_is_even(&across),
               "zeros have no bit here");
    return true;
}

static bool outputs(const struct check *c) {
    static const uint8_t sources[] = {
        [PLAN_CONV] = 1 << PLAN_I8 | 1 << PLAN_F32 | 1 << PLAN_F16 | 1 << PLAN_BITS | 1 << PLAN_PLANES,
        [PLAN_MAXPOOL] = 1 << PLAN_I8 | 1 << PLAN_F32 | 1 << PLAN_F16 | 1 << PLAN_BITS,
        [PLAN_AVGPOOL] = 1 << PLAN_I8 | 1 << PLAN_F32,
        [PLAN_AFFINE] = 1 << PLAN_I8 | 1 << PLAN_F32 | 1 << PLAN_F16,
    };
    const struct plan_layer *l = &c->l;
    DEMAND(sources[l->op] >> c->source.type & 1, "type of the source");
    if (l->out != PLAN_NONE) {
        DEMAND(l->op == PLAN_MAXPOOL ? c->made.type == c->source.type : c->made.type != PLAN_BITS,
               "type of the output");
        DEMAND(c->made.type != PLAN_PLANES || (l->out_first == 0 && c->made.c == c->channels), "planes are whole");
        DEMAND(c->made.type != PLAN_BITS || l->out_first % 64 == 0, "bits begin a word");
    }
    if (l->bits != PLAN_NONE) {
        struct plan_head head = plan_read_head(c->net);
        struct plan_tensor bits = plan_read_tensor(c->net, &head, l->bits);
        DEMAND(bits.type == PLAN_BITS && bits.h == c->made.h && bits.w == c->made.w, "bits");
        DEMAND(l->out_first % 64 == 0, "bits begin a word");
        DEMAND(l->op != PLAN_MAXPOOL || c->source.type == PLAN_F32, "signs of a pool of floats only");
    }
    return true;
}

static bool blob_fits(const struct check *c, uint32_t at, uint64_t bytes) {
    return at >= PLAN_HEADER_BYTES && at % PLAN_ALIGN == 0 && at + bytes <= c->net->size;
}

static bool finite_numbers(const struct check *c, uint32_t at) {
    if (at == 0)
        return true;
    if (!blob_fits(c, at, 4ull * c->channels))
        return false;
    for (uint32_t o = 0; o < c->channels; o++)
        if ((plan_u32(c->net->bytes + at + 4ull * o) >> 23 & 255) == 255)
            return false;
    return true;
}

static bool finish(const struct check *c) {
    const struct plan_layer *l = &c->l;
    DEMAND(finite_numbers(c, l->scale) && finite_numbers(c, l->bias), "numbers per channel");
    DEMAND(l->low <= l->high && isfinite(l->shortcut_scale), "limits");
    if (l->op == PLAN_MAXPOOL)
        DEMAND(!l->scale && !l->bias && l->shortcut == PLAN_NONE && l->low == -INFINITY && l->high == INFINITY,
               "a pool has no finish");
    else if (l->out != PLAN_NONE && c->made.type == PLAN_I8)
        DEMAND(l->low >= -128 && l->high <= 127, "limits do not fit the type");
    else if (l->out != PLAN_NONE && c->made.type == PLAN_PLANES)
        DEMAND(l->low >= 0 && l->high < (float)(1u << c->made.planes), "limits do not fit the type");
    if (l->shortcut == PLAN_NONE) {
        DEMAND(l->shortcut_scale == 1, "a scale without a shortcut");
        return true;
    }
    struct plan_head head = plan_read_head(c->net);
    struct plan_tensor other = plan_read_tensor(c->net, &head, l->shortcut);
    DEMAND(other.type == PLAN_I8 || (other.type == PLAN_F32 && l->shortcut_scale == 1), "type of the shortcut");
    DEMAND(other.h == c->made.h && other.w == c->made.w && other.c == c->channels, "shape of the shortcut");
    return true;
}

/* One line for each scheme; bits 0: values of -largest .. largest. */
static const struct scheme {
    char name[8];
    uint8_t source, planes, bits, largest;
} schemes[] = {
    {"w1a1", PLAN_BITS, 0, 0, 0},     {"terna1", PLAN_BITS, 0, 0, 1},   {"w1a2", PLAN_PLANES, 2, 1, 0},
    {"w2a2", PLAN_PLANES, 2, 2, 0},   {"w3a3", PLAN_PLANES, 3, 3, 0},   {"w4a4", PLAN_PLANES, 4, 4, 0},
    {"w1a8", PLAN_I8, 0, 1, 0},       {"w2a8", PLAN_I8, 0, 2, 0},       {"w4a8", PLAN_I8, 0, 4, 0},
    {"w8a8", PLAN_I8, 0, 0, 127},     {"terna8", PLAN_I8, 0, 0, 1},     {"fp32", PLAN_F32, 0, 0, 0},
    {"fp16", PLAN_F16, 0, 0, 0},
};

/* Nothing beyond the channels in a row of bits: kernels count there as well. */
static bool tails_are_zero(const struct check *c, uint64_t rows) {
    uint32_t words = plan_row_words(c->source.c), used = c->source.c % 64;
    const uint8_t *last = c->net->bytes + c->l.weights + 8ull * (words - 1);
    for (uint64_t row = 0; used && row < rows; row++)
        if (plan_u64(last + 8 * row * words) >> used)
            return false;
    return true;
}

/* Whether weights are such as the kernels pack: every other value would be a place outside of a table. */
static bool values_fit(const struct check *c, const struct scheme *s) {
    const int8_t *at = (const int8_t *)c->net->bytes + c->l.weights, *end = at + c->l.weights_bytes;
    int codes = 1 << s->bits, low = -(int)s->largest, high = s->largest, odd = 0;
    if (s->bits && (c->l.encoding == ENCODING_BIPOLAR || (s->bits == 1 && c->l.encoding == ENCODING_SIGNED)))
        low = 1 - codes, high = codes - 1, odd = 1;
    else if (s->bits && c->l.encoding == ENCODING_SIGNED)
        low = -codes / 2, high = codes / 2 - 1;
    else if (s->bits)
        low = 0, high = codes - 1;
    for (; at < end; at++)
        if (*at < low || *at > high || (odd && !(*at & 1)))
            return false;
    return true;
}

static bool products(const struct check *c) {
    const struct plan_layer *l = &c->l;
    const struct scheme *s = schemes, *end = schemes + sizeof schemes / sizeof *schemes;
    while (s < end && memcmp(s->name, l->scheme, sizeof s->name) != 0)
        s++;
    DEMAND(s < end, "unknown scheme");
    DEMAND(c->source.type == s->source && c->source.planes == s->planes, "the scheme reads another type");
    DEMAND(l->filters > 0 && l->filters <= PLAN_MAX_CHANNELS, "filters");
    uint64_t taps = (uint64_t)l->kernel_h * l->kernel_w, k = taps * c->source.c;
    DEMAND(k <= PLAN_MAX_K, "too many products in a sum");
    bool bits = !strcmp(s->name, "w1a1"), floats = !s->bits && !s->largest && !bits;
    uint64_t row = bits ? taps * plan_row_words(c->source.c) * 8 : k * (!floats ? 1 : s->source == PLAN_F32 ? 4 : 2);
    DEMAND(l->weights_bytes == row * l->filters && blob_fits(c, l->weights, l->weights_bytes), "weights");
    DEMAND(s->bits ? l->encoding < ENCODING_COUNT : l->encoding == ENCODING_SIGNED, "encoding");
    DEMAND(bits ? tails_are_zero(c, taps * l->filters) : floats || values_fit(c, s), "a weight that the scheme lacks");
    return true;
}

bool plan_check_layer(const struct net *n, uint32_t index, char *err, size_t err_size) {
    static const uint32_t zeros[6], no_scheme[2];
    struct plan_head head = plan_read_head(n);
    struct check state = {.net = n, .index = index, .l = plan_read_layer(n, &head, index), .err = err,
                          .err_size = err_size};
    struct check *c = &state;
    c->source = plan_read_tensor(n, &head, c->l.source);
    c->made = plan_read_tensor(n, &head, plan_made(&c->l));
    c->channels = plan_channels(&c->l, &c->source);
    DEMAND(!memcmp(c->l.zeros, zeros, sizeof zeros), "bytes that do not belong there");
    DEMAND(c->l.whole <= (c->l.op == PLAN_AVGPOOL), "only an average counts");
    if (!outputs(c) || !window(c) || !finish(c))
        return false;
    if (c->l.op == PLAN_CONV)
        return products(c);
    DEMAND(!memcmp(c->l.scheme, no_scheme, sizeof no_scheme) && !c->l.filters && !c->l.weights &&
               !c->l.weights_bytes && !c->l.encoding,
           "only a CONV has weights");
    return true;
}
