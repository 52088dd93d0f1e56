/* Which kernel a layer runs, and how it is called. */
#include <string.h>

#include "../isa/needs.h"
#include "state.h"

/* Products of a sum from which on the float conv kernel wins (measured on one x86 core: even at 576, a quarter less
 * time at 4608). */
enum { WIDE_K = 1024 };

/* Shapes at which the best variant of a kernel is not: the only place that knows of such. */
static bool wastes(const struct kernel_variant *v, const struct layer *l) {
    return !strcmp(v->isa, "amxint8") && (l->k < 16 || l->channels < 16);
}

static const struct kernel_variant *best(const char *op, const char *scheme, uint32_t features,
                                         const struct layer *l) {
    const struct kernel_variant *found = NULL;
    for (size_t i = 0; i < kernel_variant_count; i++) {
        const struct kernel_variant *v = &kernel_variants[i];
        if (!strcmp(v->op, op) && !strcmp(v->scheme, scheme) && (v->needs & ~features) == 0 && !(l && wastes(v, l)))
            found = v;
    }
    return found;
}

const struct kernel_variant *kernel_of(const char *op, const char *scheme, uint32_t features) {
    return best(op, scheme, features, NULL);
}

bool net_prefers_bytes(uint32_t features) {
    static const char isas[][12] = {"amxint8", "avx512vnni", "avx2", "i8mm", "dotprod"};
    const char *isa = kernel_of("gemm", "w8a8", features)->isa;
    size_t i = 0, count = sizeof isas / sizeof *isas;
    while (i < count && strcmp(isa, isas[i]) != 0)
        i++;
    return i < count;
}

struct plan_tensor net_tensor(const struct net *n, const struct plan_head *h, uint32_t index) {
    struct plan_tensor t = plan_read_tensor(n, h, index);
    if (t.type == PLAN_PLANES && t.planes < 8 && n->prefers_bytes)
        t.type = PLAN_I8, t.planes = 0;
    return t;
}

struct plan_layer net_layer(const struct net *n, const struct plan_head *h, uint32_t index) {
    struct plan_layer l = plan_read_layer(n, h, index);
    struct plan_tensor source = net_tensor(n, h, l.source), made = net_tensor(n, h, plan_made(&l));
    /* a vector waits for its weights: those of few bits are read sooner */
    bool was_planes = plan_read_tensor(n, h, l.source).type == PLAN_PLANES;
    if (l.op == PLAN_CONV && source.type == PLAN_I8 && (was_planes || made.h * made.w > 1) && n->prefers_bytes) {
        static const char bytes[sizeof l.scheme] = "w8a8"; /* weights are bytes in the plan already */
        memcpy(l.scheme, bytes, sizeof bytes);
        l.encoding = ENCODING_SIGNED;
    }
    return l;
}

/* A square window with the same border all around, and no windows but those that it has room for. */
static bool has_conv_shape(struct layer *l) {
    const struct plan_layer *p = &l->plan;
    l->shape = (struct conv_shape){.h = l->source.h,
                                   .w = l->source.w,
                                   .c = l->source.c,
                                   .n = p->filters,
                                   .window = p->kernel_h,
                                   .stride = p->stride_h,
                                   .pad = p->pad_top,
                                   .groups = 1};
    return p->kernel_h == p->kernel_w && p->stride_h == p->stride_w && p->pad_top == p->pad_left &&
           l->source.h + 2 * p->pad_top >= p->kernel_h && l->source.w + 2 * p->pad_left >= p->kernel_w &&
           conv_out(&l->shape, l->source.h) == l->made.h && conv_out(&l->shape, l->source.w) == l->made.w;
}

/* Floats whose weights are larger than the near caches: fewer passes over them than blocks of gathered rows make. */
static bool is_wide(const struct plan_layer *p, const struct layer *l) {
    return !strcmp(p->scheme, "fp32") && (size_t)p->kernel_h * p->kernel_w * l->source.c >= WIDE_K;
}

/* A kernel that knows more than to gather and multiply: of bits, and of wide floats; others gain nothing over a
 * product. A window of one pixel and a vector are products. */
static bool choose_conv(struct layer *l, uint32_t features) {
    if (!has_conv_shape(l) || l->made.h * l->made.w == 1 || (strcmp(l->plan.scheme, "w1a1") && !is_wide(&l->plan, l)))
        return false;
    if (l->plan.kernel_h == 1 && l->plan.stride_h == 1)
        return false;
    l->variant = best("conv", l->plan.scheme, features, l);
    if (!l->variant)
        return false;
    /* sums of floats grow where the output goes, which may be where the shortcut lies */
    bool grows = l->float_sums && layer_replaces(l);
    l->how = l->out.type == PLAN_F32 && finish_is_affine(l) && !grows ? CONV_FUSED : CONV_SUMS;
    if (!l->float_sums && threshold_fits(l))
        l->how = CONV_BITS;
    size_t rows = BLOCK_SUMS / ((size_t)l->made.w * l->channels) + 1;
    l->block = l->made.w * (l->how != CONV_SUMS ? 1 : rows < l->made.h ? rows : l->made.h);
    l->units = l->made.h;
    return true;
}

/* How rows of A lie: taps begin a new word each where there are several, so K counts whole words. */
static void shape_rows(struct layer *l) {
    size_t taps = (size_t)l->plan.kernel_h * l->plan.kernel_w, pixels = (size_t)l->made.h * l->made.w;
    size_t words = plan_row_words(l->source.c), true_k = taps * l->source.c, pixel = plan_pixel_bytes(&l->source);
    bool bits = l->source.type == PLAN_BITS, planes = l->source.type == PLAN_PLANES;
    bool whole = pixels == 1 && l->plan.pad_top == 0 && l->plan.pad_left == 0 && l->plan.kernel_h == l->source.h &&
                 l->plan.kernel_w == l->source.w && !planes;
    bool one = taps == 1 && l->plan.stride_h == 1 && l->plan.stride_w == 1 && l->made.h == l->source.h &&
               l->made.w == l->source.w;
    l->how = one || whole ? CONV_DIRECT : CONV_GATHER;
    l->k = (bits || planes) && taps > 1 ? taps * words * 64 : true_k;
    l->tail = strcmp(l->plan.scheme, "w1a1") ? 0 : (int32_t)(l->k - true_k);
    l->row_bytes = taps * pixel;
    if (l->how == CONV_GATHER && !bits && !planes)
        l->row_bytes = (l->row_bytes + 63) / 64 * 64;
}

static bool choose_product(struct layer *l, uint32_t features, size_t threads) {
    size_t pixels = (size_t)l->made.h * l->made.w;
    shape_rows(l);
    l->variant = best(pixels == 1 ? "gemv" : "gemm", l->plan.scheme, features, l);
    if (!l->variant)
        return false;
    bool tiles = !strcmp(l->variant->isa, "amxint8");
    size_t block = tiles ? BLOCK_TILES : BLOCK_ROWS;
    /* AMX takes 64 bytes of K at a time, and would copy the end of every row to fill it up */
    if (tiles && l->how == CONV_GATHER)
        l->k = l->row_bytes;
    l->block = pixels < block ? pixels : block;
    l->units = pixels;
    if (pixels == 1 && threads > 1 && l->out.type != PLAN_PLANES && l->channels > 64) {
        size_t parts = (l->channels + 63) / 64;
        parts = parts < threads ? parts : threads;
        l->columns = ((l->channels + parts - 1) / parts + 63) / 64 * 64;
        l->units = (l->channels + l->columns - 1) / l->columns;
    }
    return true;
}

bool layer_choose(struct layer *l, uint32_t features, size_t threads) {
    l->float_sums = l->source.type == PLAN_F32 || l->source.type == PLAN_F16;
    if (!choose_conv(l, features) && !choose_product(l, features, threads))
        return false;
    l->in_place = l->float_sums && l->out.type == PLAN_F32 && !layer_replaces(l);
    return true;
}
