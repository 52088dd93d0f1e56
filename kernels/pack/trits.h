/* Weights -1, 0 and 1 as two planes of bits in panels of columns.
 *
 * A panel begins with one int32 per column, the number of its non-zero weights; then [steps][2][nr][group] bytes, as
 * in panel.h but with two planes in turn. The second plane holds the -1, the first one the +1 or all that is not 0. */
#ifndef PACK_TRITS_H
#define PACK_TRITS_H
#include "../include/kernel.h"
#include "panel.h"

enum trits_first { TRITS_PLUS, TRITS_NONZERO };

static inline size_t trits_panel_bytes(size_t row_bytes, size_t nr, size_t group) {
    return nr * sizeof(int32_t) + 2 * panel_bytes(row_bytes, nr, group);
}
static inline size_t trits_bytes(size_t n, size_t row_bytes, size_t nr, size_t group) {
    return (n + nr - 1) / nr * trits_panel_bytes(row_bytes, nr, group);
}
/* row_bytes: bytes of the bits of a row that the kernel reads, at least ceil(k / 8). */
void trits_pack(void *panels, const struct gemm_weights *w, size_t row_bytes, size_t nr, size_t group,
                enum trits_first first);
#endif
