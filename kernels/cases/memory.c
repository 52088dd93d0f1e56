/* Plain memory for cases: aligned, and written to once. Memory that was never written is one shared page of zeros,
 * and reading it measures nothing real. */
#include "case.h"
#include <stdlib.h>
#include <string.h>

static void *plain_get(void *self, size_t bytes, size_t align) {
    (void)self;
    size_t at_least = align < 64 ? 64 : align, rounded = (bytes + at_least - 1) / at_least * at_least;
    void *block = aligned_alloc(at_least, rounded ? rounded : at_least);
    if (block)
        memset(block, CASE_CANARY, rounded ? rounded : at_least);
    return block;
}

static void plain_put(void *self, void *block, size_t bytes) {
    (void)self, (void)bytes;
    free(block);
}

const struct case_memory case_plain_memory = {plain_get, plain_put, NULL};
