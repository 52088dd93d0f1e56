/* Element-wise pieces: rows and row lengths around every word and vector. */
#include "sweep.h"

static bool try_map(struct run *run, size_t m, size_t n, size_t k, enum case_fill fill) {
    struct case_options options = {0};
    struct case_shape shape = {.m = m, .n = 1 + (n - 1) % 8, .k = k};
    return sweep_try(run, &shape, &options, fill);
}

static bool random_shape(struct run *run) {
    return try_map(run, 1 + sweep_pick(run, 12), 1 + sweep_pick(run, 8), 1 + sweep_pick(run, 1500),
                   (enum case_fill)sweep_pick(run, FILL_COUNT));
}

static bool extremes(struct run *run) {
    static const size_t lengths[] = {1,   2,   31,  32,  33,  63,  64,  65,  127,  128,  129, 191,
                                     192, 193, 255, 256, 257, 511, 512, 513, 1023, 1025, 4097};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int fill = 0; fill < FILL_COUNT; fill++)
            if (!try_map(run, 1 + sweep_pick(run, 3), 1 + sweep_pick(run, 8), lengths[i], (enum case_fill)fill))
                return false;
    return try_map(run, 1, 1, 100000, FILL_RANDOM) && try_map(run, 3, 2, 70000, FILL_ONE);
}

static bool sizes(struct run *run) {
    for (size_t k = 1; k <= 67; k++)
        for (size_t n = 1; n <= 8; n++)
            if (!try_map(run, 1 + sweep_pick(run, 5), n, k, k % 3 ? FILL_RANDOM : FILL_EXTREME))
                return false;
    return true;
}

const struct sweep_kind sweep_map = {extremes, sizes, random_shape};
