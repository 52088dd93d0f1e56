/* Batch norm and sign of a binary convolution as one comparison of its sums with a whole number. */
#include "state.h"
#pragma STDC FP_CONTRACT OFF

/* The sign of what the finish of graph.py makes of a sum, with its very operations. */
static bool is_minus(int32_t sum, float scale, float bias) {
    float y = (float)sum;
    y = y * scale;
    y = y + bias;
    return y < 0;
}

bool threshold_fits(const struct layer *l) {
    return !l->out.type && !l->shortcut.type && l->plan.op == PLAN_CONV && finish_is_affine(l);
}

/* Rounding keeps order, so each channel's signs change once at most: below for a scale of plus, above for minus. */
void threshold_fill(const struct layer *l) {
    int32_t k = (int32_t)(l->plan.kernel_h * l->plan.kernel_w * l->source.c);
    for (size_t o = 0; o < l->channels; o++) {
        bool flips = l->scale[o] < 0;
        int32_t low = -k, high = k + 1; /* what is looked for lies in low .. high */
        while (low < high) {
            int32_t middle = low + (high - low) / 2;
            if (is_minus(middle, l->scale[o], l->bias[o]) == flips)
                high = middle;
            else
                low = middle + 1;
        }
        l->threshold[o] = low;
        l->flip[o / 64] = (o % 64 ? l->flip[o / 64] : 0) | (uint64_t)flips << o % 64;
    }
}
