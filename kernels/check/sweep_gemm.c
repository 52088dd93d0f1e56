/* Products: every size from 1 to 67 on each axis, the neighbourhood of every tile and word, lengths at which narrow
 * sums overflow. */
#include "sweep.h"
#include <string.h>

static bool try_shape(struct run *run, size_t m, size_t n, size_t k, enum case_fill fill) {
    struct forms forms;
    struct case_options options = {0};
    if (!forms_of(run->v->op, run->v->scheme, &forms))
        return false;
    if (forms.b.kind == FORM_CODES)
        options.encoding = (enum weight_encoding)sweep_pick(run, ENCODING_COUNT);
    size_t longest = case_longest_k(&forms);
    struct case_shape shape = {.m = strcmp(run->v->op, "gemv") == 0 ? 1 : m, .n = n, .k = k < longest ? k : longest};
    return sweep_try(run, &shape, &options, fill);
}

static bool each_size(struct run *run) {
    for (size_t size = 1; size <= 67; size++) {
        enum case_fill fill = size % 3 ? FILL_RANDOM : FILL_EXTREME;
        if (!try_shape(run, size, 1 + sweep_pick(run, 40), 1 + sweep_pick(run, 130), fill) ||
            !try_shape(run, 1 + sweep_pick(run, 13), size, 1 + sweep_pick(run, 130), fill) ||
            !try_shape(run, 1 + sweep_pick(run, 13), 1 + sweep_pick(run, 40), size, fill))
            return false;
    }
    return true;
}

static const size_t rows[] = {1, 2, 3, 4, 5, 6, 7, 11, 12, 13};
static const size_t columns[] = {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129};
static const size_t lengths[] = {1,   2,   3,   31,  32,  33,  63,  64,  65,  127,
                                 128, 129, 247, 248, 249, 251, 252, 253, 257, 513};
enum { ROWS = sizeof rows / sizeof *rows, COLUMNS = sizeof columns / sizeof *columns,
       LENGTHS = sizeof lengths / sizeof *lengths };

static bool each_fill(struct run *run) {
    for (size_t i = 0; i < LENGTHS; i++)
        for (int fill = 0; fill < FILL_COUNT; fill++)
            if (!try_shape(run, rows[sweep_pick(run, ROWS)], columns[sweep_pick(run, COLUMNS)], lengths[i],
                           (enum case_fill)fill))
                return false;
    return true;
}

static bool each_edge(struct run *run) {
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            if (!try_shape(run, rows[i], columns[j], lengths[sweep_pick(run, LENGTHS)], FILL_RANDOM))
                return false;
    return true;
}

/* 16-bit sums of bits end at 65,535. */
static bool long_sums(struct run *run) {
    static const enum case_fill fills[] = {FILL_MIN, FILL_MAX, FILL_EXTREME};
    for (unsigned i = 0; i < 3; i++)
        if (!try_shape(run, 2, 3, 65472 + 64 * i + 5 * i, fills[i]) || !try_shape(run, 1, 5, 70001, fills[i]))
            return false;
    return true;
}

static bool extremes(struct run *run) { return each_fill(run) && long_sums(run); }

static bool sizes(struct run *run) { return each_edge(run) && each_size(run); }

static bool random_shape(struct run *run) {
    return try_shape(run, 1 + sweep_pick(run, 30), 1 + sweep_pick(run, 150), 1 + sweep_pick(run, 700),
                     (enum case_fill)sweep_pick(run, FILL_COUNT));
}

const struct sweep_kind sweep_gemm = {extremes, sizes, random_shape};
