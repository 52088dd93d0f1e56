/* Panels of B: columns side by side, so that vector lanes run along N and no kernel needs a horizontal sum.
 *
 * A panel holds `nr` columns as [ceil(row_bytes / group)][nr][group] bytes: `group` neighbouring bytes of K of one
 * column stay together. Rows short of a group and columns short of a panel are filled with zero bytes. */
#ifndef PACK_PANEL_H
#define PACK_PANEL_H
#include <stddef.h>
#include <stdint.h>

static inline size_t panel_steps(size_t row_bytes, size_t group) { return (row_bytes + group - 1) / group; }

/* Bytes of one panel, and of all panels of n columns. */
static inline size_t panel_bytes(size_t row_bytes, size_t nr, size_t group) {
    return panel_steps(row_bytes, group) * nr * group;
}
static inline size_t panels_bytes(size_t n, size_t row_bytes, size_t nr, size_t group) {
    return (n + nr - 1) / nr * panel_bytes(row_bytes, nr, group);
}

/* Bytes of a packed row of k bits: kernel.h counts rows of bits in 64-bit words. */
static inline size_t bits_row_bytes(size_t k) { return (k + 63) / 64 * 8; }

/* Pack n rows (columns of B) of row_bytes each. */
void panel_pack(void *panels, const void *b, size_t b_stride, size_t n, size_t row_bytes, size_t nr, size_t group);
/* The plain layout: the rows one after the other, nothing added. */
void panel_copy_rows(void *rows, const void *b, size_t b_stride, size_t n, size_t row_bytes);
#endif
