/* Packing of B. Not in any timed call, so it is written to be plainly right. */
#include "panel.h"
#include <string.h>

void panel_pack(void *panels, const void *b, size_t b_stride, size_t n, size_t row_bytes, size_t nr, size_t group) {
    size_t steps = panel_steps(row_bytes, group), count = (n + nr - 1) / nr;
    uint8_t *out = panels;
    memset(out, 0, panels_bytes(n, row_bytes, nr, group));
    for (size_t panel = 0; panel < count; panel++, out += steps * nr * group)
        for (size_t lane = 0; lane < nr && panel * nr + lane < n; lane++) {
            const uint8_t *row = (const uint8_t *)b + (panel * nr + lane) * b_stride;
            for (size_t i = 0; i < row_bytes; i++)
                out[(i / group * nr + lane) * group + i % group] = row[i];
        }
}

void panel_copy_rows(void *rows, const void *b, size_t b_stride, size_t n, size_t row_bytes) {
    for (size_t row = 0; row < n; row++)
        memcpy((uint8_t *)rows + row * row_bytes, (const uint8_t *)b + row * b_stride, row_bytes);
}
