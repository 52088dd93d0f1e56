/* Opening, guarding and closing one case. */
#include "case.h"
#include "parts.h"
#include <stdio.h>
#include <string.h>

/* FNV over words, the rest over bytes; a change by mistake is what it must find. */
static uint64_t digest(uint64_t state, const void *bytes, size_t size) {
    const uint8_t *byte = bytes;
    size_t i = 0;
    for (uint64_t word; i + 8 <= size; i += 8) {
        memcpy(&word, byte + i, 8);
        state = (state ^ word) * 0x100000001b3u;
        state ^= state >> 29;
    }
    for (; i < size; i++)
        state = (state ^ byte[i]) * 0x100000001b3u;
    return state;
}

static uint64_t inputs_digest(const struct kernel_case *c) {
    uint64_t state = 0xcbf29ce484222325u;
    for (size_t i = 0; i < c->block_count; i++)
        if (c->blocks[i].is_input)
            state = digest(state, c->blocks[i].at, c->blocks[i].bytes);
    return state;
}

static void *take(struct kernel_case *c, size_t bytes, size_t align, bool is_input) {
    if (c->block_count == CASE_BLOCKS)
        return NULL;
    size_t room = bytes ? bytes : 1;
    void *at = c->memory.get(c->memory.self, room, align);
    if (at == NULL)
        return NULL;
    memset(at, CASE_CANARY, room);
    c->blocks[c->block_count++] = (struct case_block){at, room, is_input};
    return at;
}

void *case_input(struct kernel_case *c, size_t bytes, size_t align) { return take(c, bytes, align, true); }

void *case_scratch(struct kernel_case *c, size_t bytes, size_t align) { return take(c, bytes, align, false); }

void *case_output(struct kernel_case *c, enum case_type type, size_t rows, size_t elements, size_t gap) {
    size_t element = type == CASE_BITS ? 8 : 4, stride = (elements + gap) * element;
    /* the last row has no gap behind it: the buffer ends where the kernel must end */
    size_t bytes = (rows - 1) * stride + elements * element;
    void *at = c->output_count < CASE_OUTPUTS ? take(c, bytes, element, false) : NULL;
    if (at == NULL)
        return NULL;
    c->outputs[c->output_count++] = (struct case_output){at, type, rows, elements, stride, bytes};
    c->output_bytes += bytes;
    return at;
}

void *case_rows(struct kernel_case *c, const struct form *form, size_t rows, size_t k, size_t gap,
                const struct case_wish *wish, enum fill_side side, size_t *stride) {
    size_t row = form_row_bytes(form, k), align = form_align(form);
    struct fill how = {form, wish->options.encoding, side, wish->fill, wish->seed};
    *stride = row + gap * align;
    void *at = case_input(c, (rows - 1) * *stride + row, align);
    if (at != NULL)
        fill_matrix(at, rows, k, *stride, &how);
    return at;
}

size_t case_longest_k(const struct forms *f) {
    if (f->is_float)
        return INT32_MAX;
    return (size_t)(INT32_MAX / form_largest(&f->a) / form_largest(&f->b));
}

/* Sums must fit 32 bits, and buffers the address space of the smallest target. */
static bool possible(const struct kernel_case *c, const struct case_shape *s) {
    const double room = (double)(SIZE_MAX / 16);
    double m = (double)s->m, n = (double)s->n, k = (double)s->k;
    bool is_map = c->variant->kind == KERNEL_map;
    if (strcmp(c->variant->op, "gemv") == 0 && s->m != 1)
        return false;
    if (strcmp(c->variant->op, "planes") == 0 && s->n > 8)
        return false;
    return s->m >= 1 && s->n >= 1 && s->k >= 1 && (is_map || s->k <= case_longest_k(&c->forms)) && m * n < room / 4 &&
           m * k < room / 4 && n * k < room / 4;
}

/* A window that fits its padded map and groups that divide; m, n and k must say the same. */
static bool consistent(const struct case_shape *s) {
    if (s->window == 0)
        return true;
    size_t h = s->h + 2 * s->pad, w = s->w + 2 * s->pad, taps = s->window * s->window;
    if (s->stride == 0 || s->groups == 0 || s->h == 0 || s->w == 0 || h < s->window || w < s->window ||
        s->pad >= s->window || s->k % taps || s->n % s->groups)
        return false;
    return s->m == ((h - s->window) / s->stride + 1) * ((w - s->window) / s->stride + 1);
}

static bool open_kind(struct kernel_case *c, const struct case_wish *wish) {
    if (c->variant->kind == KERNEL_gemm)
        return case_open_gemm(c, wish);
    return c->variant->kind == KERNEL_conv ? case_open_conv(c, wish) : case_open_map(c, wish);
}

bool case_open(struct kernel_case *c, const struct case_wish *wish, char *err, size_t err_size) {
    const struct case_shape *s = &wish->shape;
    memset(c, 0, sizeof *c);
    c->variant = wish->variant;
    c->shape = *s;
    c->options = wish->options;
    c->memory = *wish->memory;
    bool is_map = c->variant->kind == KERNEL_map;
    if (!is_map && !forms_of(c->variant->op, c->variant->scheme, &c->forms)) {
        snprintf(err, err_size, "%s is not a scheme", c->variant->scheme);
        return false;
    }
    if (!possible(c, s) || !consistent(s) || (c->variant->kind == KERNEL_conv) != (s->window != 0)) {
        snprintf(err, err_size, "shape %zux%zux%zu is outside what a case of %s can be", s->m, s->n, s->k,
                 c->variant->op);
        return false;
    }
    c->ops = is_map ? 0 : 2.0 * (double)s->m * (double)s->n * (double)s->k;
    if (!open_kind(c, wish)) {
        snprintf(err, err_size, "no memory for %s %zux%zux%zu", kernel_name(c->variant).text, s->m, s->n, s->k);
        case_close(c);
        return false;
    }
    c->inputs_digest = inputs_digest(c);
    return true;
}

static bool gap_untouched(const struct case_output *o, char *err, size_t err_size) {
    size_t used = o->elements * (o->type == CASE_BITS ? 8 : 4);
    for (size_t row = 0; row + 1 < o->rows; row++)
        for (size_t i = used; i < o->stride; i++)
            if (((const uint8_t *)o->at)[row * o->stride + i] != CASE_CANARY) {
                snprintf(err, err_size, "wrote %zu bytes behind row %zu of C", i - used + 1, row);
                return false;
            }
    return true;
}

bool case_untouched(const struct kernel_case *c, char *err, size_t err_size) {
    for (size_t i = 0; i < c->output_count; i++)
        if (!gap_untouched(&c->outputs[i], err, err_size))
            return false;
    if (inputs_digest(c) != c->inputs_digest) {
        snprintf(err, err_size, "wrote to its inputs");
        return false;
    }
    return true;
}

void case_copy_outputs(const struct kernel_case *c, void *to) {
    uint8_t *at = to;
    for (size_t i = 0; i < c->output_count; at += c->outputs[i++].bytes)
        memcpy(at, c->outputs[i].at, c->outputs[i].bytes);
}

void case_close(struct kernel_case *c) {
    while (c->block_count > 0) {
        const struct case_block *block = &c->blocks[--c->block_count];
        c->memory.put(c->memory.self, block->at, block->bytes);
    }
}
