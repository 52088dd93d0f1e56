/* A case = one variant on one shape with seeded data: the very same call is checked and timed.
 * Used by the checker and by the runner; owns no policy about when or how often. */
#ifndef CASES_CASE_H
#define CASES_CASE_H
#include "../include/kernel.h"
#include "forms.h"

/* Every byte of outputs and of scratch before a run. As a float it is -2e-16, as an integer no dot product of ours. */
enum { CASE_CANARY = 0xa5 };
enum { CASE_BLOCKS = 12, CASE_OUTPUTS = 2 };

enum case_fill { FILL_RANDOM, FILL_ZERO, FILL_ONE, FILL_MAX, FILL_MIN, FILL_ALTERNATE, FILL_EXTREME, FILL_COUNT };
enum case_type { CASE_I32, CASE_F32, CASE_BITS };

/* Where buffers come from: the runner passes plain aligned memory, the checker guard pages. */
struct case_memory {
    void *(*get)(void *self, size_t bytes, size_t align); /* NULL = no memory */
    void (*put)(void *self, void *block, size_t bytes);
    void *self;
};

/* How A and C lie in memory. All zero = rows one after the other, as in the runner. */
struct case_layout {
    size_t a_gap, c_gap; /* elements between two rows that belong to nobody */
};

/* Sizes of any op. Convolutions: m output pixels, n output channels, k products in a sum, and the rest of
 * struct conv_shape; every other op: 0 in `window`. ops of a call are 2 * m * n * k either way. */
struct case_shape {
    size_t m, n, k;
    size_t h, w, window, stride, pad, groups;
};
/* What a shape leaves open. All zero = what the runner times. */
struct case_options {
    enum weight_encoding encoding;
    enum conv_border border;
    enum conv_epilogue epilogue; /* the runner's: case_usual */
    bool shortcut;
    size_t row, rows; /* of a convolution's output, where they exist; rows 0 = to the end */
};

/* One output: rows of `elements`, each of 8 bytes for bits, else 4. */
struct case_output {
    void *at;
    enum case_type type;
    size_t rows, elements, stride, bytes;
};
struct case_block {
    void *at;
    size_t bytes;
    bool is_input; /* that a kernel must not write to */
};

struct kernel_case {
    const struct kernel_variant *variant;
    struct case_shape shape;
    struct case_options options;
    struct forms forms;
    double ops; /* 2*m*n*k; 0 for ops that multiply nothing */
    size_t weights_bytes, scratch_bytes;
    struct case_block blocks[CASE_BLOCKS];
    size_t block_count;
    struct case_output outputs[CASE_OUTPUTS];
    size_t output_count, output_bytes; /* of all outputs together */
    void (*call)(const struct kernel_case *c);
    const void *weights; /* B before it was packed */
    size_t weights_stride;
    const int8_t *pool; /* of FORM_POOL */
    uint64_t inputs_digest;
    struct case_memory memory;
    union {
        struct gemm_args gemm;
        struct conv_args conv;
        struct map_args map;
    } args;
};

/* The variant by its full name; NULL when this binary has none of that name. */
const struct kernel_variant *kernel_find(const char *name);
/* The best variant of op x scheme for these features (last registry line that fits); NULL when none. */
const struct kernel_variant *kernel_best(const char *op, const char *scheme, uint32_t features);
/* Whether both are variants of one kernel: the same op and scheme. */
bool kernel_same(const struct kernel_variant *a, const struct kernel_variant *b);
/* The oracle of the same kernel. */
const struct kernel_variant *kernel_ref(const char *op, const char *scheme);

/* The longest K whose sums fit 32 bits. */
size_t case_longest_k(const struct forms *forms);
/* What the runner times of an op: the epilogue and border that its networks use. */
struct case_options case_usual(const char *op, const char *scheme);

/* Allocate, fill by seed (identical data for every variant of a kernel), pack. false + err text on failure, after
 * which nothing is held. The gaps of A hold garbage, outputs and scratch are filled with CASE_CANARY. */
struct case_wish {
    const struct kernel_variant *variant;
    struct case_shape shape;
    struct case_options options;
    struct case_layout layout;
    uint64_t seed;
    enum case_fill fill;
    const struct case_memory *memory;
};
bool case_open(struct kernel_case *c, const struct case_wish *wish, char *err, size_t err_size);
/* The timed call. */
static inline void case_run(struct kernel_case *c) { c->call(c); }
/* Compare all outputs, one after the other, with `want` (output_bytes of the ref's). true = equal (integers and
 * bits: exactly; floats: within case_tolerance, NaN never passes). Words go to err. */
bool case_matches(const struct kernel_case *c, const void *want, char *err, size_t err_size);
/* Outputs one after the other, as case_matches wants them. */
void case_copy_outputs(const struct kernel_case *c, void *to);
void case_close(struct kernel_case *c);
/* false when something else than the elements of the outputs was written to: a gap, or an input. Words go to err.
 * Needs case_open to have been the last to write there. */
bool case_untouched(const struct kernel_case *c, char *err, size_t err_size);
/* Plain aligned, touched memory. */
extern const struct case_memory case_plain_memory;
#endif
