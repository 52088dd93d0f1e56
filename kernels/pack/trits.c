/* Packing of ternary weights. Not in any timed call, so it is written to be plainly right. */
#include "trits.h"
#include <string.h>

__attribute__((cold)) void trits_pack(void *panels, const struct gemm_weights *w, size_t row_bytes, size_t nr,
                                      size_t group, enum trits_first first) {
    memset(panels, 0, trits_bytes(w->n, row_bytes, nr, group));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        uint8_t *panel = (uint8_t *)panels + column / nr * trits_panel_bytes(row_bytes, nr, group);
        uint8_t *planes = panel + nr * sizeof(int32_t);
        int32_t nonzero = 0;
        for (size_t i = 0; i < w->k; i++) {
            size_t byte = i / 8, lane = column % nr * group + byte % group;
            uint8_t *step = planes + byte / group * 2 * nr * group, bit = (uint8_t)(1u << i % 8);
            nonzero += row[i] != 0;
            if (row[i] > 0 || (first == TRITS_NONZERO && row[i] < 0))
                step[lane] |= bit;
            if (row[i] < 0)
                step[nr * group + lane] |= bit;
        }
        memcpy(panel + column % nr * sizeof nonzero, &nonzero, sizeof nonzero);
    }
}
