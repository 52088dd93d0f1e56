/* Convolutions: every channel count from 1 to 67 on both sides, every map side up to a few tiles, and each combination
 * of window, stride, padding, border and epilogue. */
#include "sweep.h"
#include <string.h>

static bool depthwise(const struct run *run) { return strcmp(run->v->op, "dwconv") == 0; }

/* Borders and epilogues that a scheme has: bytes know no +-1, floats no signs. */
static struct case_options options_of(struct run *run) {
    struct forms forms;
    struct case_options o = {0};
    forms_of(run->v->op, run->v->scheme, &forms);
    bool signs = forms.a.kind == FORM_BITS;
    o.border = signs ? (enum conv_border)sweep_pick(run, BORDER_COUNT)
                     : BORDER_ZERO + (enum conv_border)sweep_pick(run, BORDER_COUNT - BORDER_ZERO);
    if (forms.is_float)
        o.epilogue = sweep_pick(run, 2) ? EPILOGUE_FLOAT : EPILOGUE_SUMS;
    else
        o.epilogue = (enum conv_epilogue)sweep_pick(run, EPILOGUE_COUNT);
    o.shortcut = sweep_pick(run, 2) && (o.epilogue == EPILOGUE_FLOAT || o.epilogue == EPILOGUE_FLOAT_BITS);
    if (sweep_pick(run, 4) == 0)
        o.row = sweep_pick(run, 5), o.rows = sweep_pick(run, 5);
    if (forms.b.kind == FORM_CODES)
        o.encoding = (enum weight_encoding)sweep_pick(run, ENCODING_COUNT);
    return o;
}

struct plain {
    size_t h, w, c, n, window, stride, pad, groups;
};

/* Sides smaller than the window grow to it; groups that do not divide become one group. */
static bool try_conv(struct run *run, struct plain p, enum case_fill fill) {
    struct case_options options = options_of(run);
    while (p.h + 2 * p.pad < p.window)
        p.h++;
    while (p.w + 2 * p.pad < p.window)
        p.w++;
    if (depthwise(run))
        p.n = p.groups = p.c;
    else if (p.c % p.groups || p.n % p.groups)
        p.groups = 1;
    struct case_shape s = {.n = p.n, .h = p.h, .w = p.w, .window = p.window, .stride = p.stride, .pad = p.pad,
                           .groups = p.groups};
    s.k = p.c / p.groups * p.window * p.window;
    s.m = ((p.h + 2 * p.pad - p.window) / p.stride + 1) * ((p.w + 2 * p.pad - p.window) / p.stride + 1);
    return sweep_try(run, &s, &options, fill);
}

/* Channels as networks have them: tuned paths want words that are whole. At most 4 * `fours` of the input. */
static void make_whole(struct run *run, struct plain *p, size_t fours) {
    p->groups = 1;
    p->c = 4 * (1 + sweep_pick(run, fours));
    p->n = 64 * (1 + sweep_pick(run, 2));
}

static bool random_shape(struct run *run) {
    static const size_t windows[] = {3, 3, 3, 1, 1, 2, 5};
    struct plain p = {.h = 1 + sweep_pick(run, 9), .w = 1 + sweep_pick(run, 20), .stride = 1 + sweep_pick(run, 2)};
    p.window = windows[sweep_pick(run, 7)];
    p.pad = sweep_pick(run, 3) ? p.window / 2 : sweep_pick(run, p.window);
    p.groups = sweep_pick(run, 3) ? 1 : 1 + sweep_pick(run, 4);
    p.c = sweep_pick(run, 2) ? 1 + sweep_pick(run, 140) : p.groups * (1 + sweep_pick(run, 70));
    p.n = p.groups * (1 + sweep_pick(run, 40));
    if (sweep_pick(run, 4) == 0)
        make_whole(run, &p, 50);
    return try_conv(run, p, (enum case_fill)sweep_pick(run, FILL_COUNT));
}

static bool each_size(struct run *run) {
    for (size_t size = 1; size <= 67; size++) {
        enum case_fill fill = size % 3 ? FILL_RANDOM : FILL_EXTREME;
        struct plain p = {3, 4, 33, 17, 3, 1 + size % 2, 1, 1}, channels = p, outputs = p, side = p, one = p;
        channels.c = size;
        outputs.n = size;
        side.w = size, side.h = 1 + size % 3, side.c = 5;
        one.window = 1, one.pad = 0, one.c = size, one.n = 68 - size;
        if (!try_conv(run, channels, fill) || !try_conv(run, outputs, fill) || !try_conv(run, side, fill) ||
            !try_conv(run, one, fill))
            return false;
    }
    return true;
}

/* Every window and padding with every fill, one stride after the other, and the longest sums. */
static bool extremes(struct run *run) {
    for (size_t window = 1; window <= 5; window++)
        for (size_t pad = 0; pad <= window / 2; pad++)
            for (int fill = 0; fill < FILL_COUNT; fill++) {
                struct plain p = {2 + sweep_pick(run, 6), 2 + sweep_pick(run, 9), 1 + sweep_pick(run, 70),
                                  1 + sweep_pick(run, 40), window, 1 + (size_t)fill % 3, pad, 1};
                if (sweep_pick(run, 4) == 0)
                    make_whole(run, &p, 16);
                if (!try_conv(run, p, (enum case_fill)fill))
                    return false;
            }
    struct plain wide = {1, 3, 7000, 5, 3, 1, 1, 1}, whole = {1, 2, 1400, 64, 3, 1, 1, 1}; /* 63,000 products a sum */
    return try_conv(run, wide, FILL_MIN) && try_conv(run, wide, FILL_MAX) && try_conv(run, whole, FILL_RANDOM);
}

const struct sweep_kind sweep_conv = {extremes, each_size, random_shape};
