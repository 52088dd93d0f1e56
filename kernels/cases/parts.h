/* What the three kinds of cases share. Private to cases. */
#ifndef CASES_PARTS_H
#define CASES_PARTS_H
#include "case.h"
#include "fills.h"

/* A block of memory that case_close gives back; zero bytes are rounded up to one. NULL = no memory, or no room for
 * another block. Inputs are part of the digest; outputs and scratch are filled with the canary. */
void *case_input(struct kernel_case *c, size_t bytes, size_t align);
void *case_scratch(struct kernel_case *c, size_t bytes, size_t align);
/* One more output of rows x elements, `gap` elements apart. NULL as above. */
void *case_output(struct kernel_case *c, enum case_type type, size_t rows, size_t elements, size_t gap);
/* Input of rows x k elements of a form, filled; *stride = bytes between two rows. NULL as above. */
void *case_rows(struct kernel_case *c, const struct form *form, size_t rows, size_t k, size_t gap,
                const struct case_wish *wish, enum fill_side side, size_t *stride);

/* Each of the three allocates, fills, packs and sets `call`; false = no memory. */
bool case_open_gemm(struct kernel_case *c, const struct case_wish *wish);
bool case_open_conv(struct kernel_case *c, const struct case_wish *wish);
bool case_open_map(struct kernel_case *c, const struct case_wish *wish);
#endif
