/* What a variant of conv brings to body/conv.c: its product, and the parts whose vectors matter. */
#ifndef INT8_CONV_FORM_H
#define INT8_CONV_FORM_H
#include "../include/kernel.h"

struct conv_form {
    const struct gemm_kernel *product;
    void (*copy_bytes)(uint8_t *to, const uint8_t *from, size_t bytes);
    /* Outputs of a pixel. Its sums lie where its floats go. */
    void (*epilogue)(const struct conv_args *g, uint8_t *row, size_t pixel);
};

void int8_conv_run(const struct conv_args *g, const struct conv_form *form);
size_t int8_conv_rhs_bytes(const struct conv_shape *s, const struct conv_form *form);
size_t int8_conv_work_bytes(const struct conv_shape *s, const struct conv_form *form);
void int8_conv_pack(void *rhs, const struct conv_weights *w, const struct conv_form *form);

/* The parts for the base of the target. */
void int8_conv_copy_bytes(uint8_t *to, const uint8_t *from, size_t bytes);
void int8_conv_epilogue(const struct conv_args *g, uint8_t *row, size_t pixel);

/* The four functions of a variant. */
#define CONV_KERNEL(form)                                                                                              \
    static void run(const struct conv_args *g) { int8_conv_run(g, &(form)); }                                          \
    static size_t rhs_bytes(const struct conv_shape *s) { return int8_conv_rhs_bytes(s, &(form)); }                    \
    static size_t work_bytes(const struct conv_shape *s) { return int8_conv_work_bytes(s, &(form)); }                  \
    static void pack_rhs(void *rhs, const struct conv_weights *w) { int8_conv_pack(rhs, w, &(form)); }
#endif
