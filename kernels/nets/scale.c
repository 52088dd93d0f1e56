/* Which of the scale__<isa>.c serves, and the one that takes any numbers the plan may hold. */
#include "../isa/isa.h"
#include "state.h"

void scale_wide(const struct layer *l, const int32_t *sums, const int16_t *shortcut, int16_t *out, size_t rows) {
    int64_t half = (int64_t)1 << (l->plan.shift - 1);
    for (size_t row = 0; row < rows; row++)
        for (uint32_t o = 0; o < l->out.c; o++, sums++, out++) {
            int64_t v = ((int64_t)*sums - l->tail) * l->multiplier[o] + half;
            v = (v >> l->plan.shift) + l->bias[o] + (shortcut ? *shortcut++ : 0);
            *out = (int16_t)(v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
        }
}

scale_fn *scale_choose(uint32_t features) {
#if defined(__x86_64__)
    if (features & ISA_AVX512)
        return scale__avx512;
    if ((features & ISA_AVX2) && (features & ISA_FMA) && (features & ISA_POPCNT))
        return scale__avx2;
#elif defined(__aarch64__) || defined(__arm__)
    if (features & ISA_NEON)
        return scale__neon;
#else
    (void)features;
#endif
    return scale__portable;
}
