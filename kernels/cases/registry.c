/* The list of variants, from kernels.def: declarations first, then the table. */
#include "../isa/needs.h"
#include "case.h"
#include <string.h>

#define KERNEL(family, op, scheme, isa) extern const struct gemm_kernel family##_##op##_##scheme##__##isa;
#include "../include/kernels.def"
#undef KERNEL

const struct kernel_variant kernel_variants[] = {
#define KERNEL(family, op, scheme, isa)                                                                                \
    {#family "_" #op "_" #scheme "__" #isa,                                                                            \
     #family,                                                                                                          \
     #op,                                                                                                              \
     #scheme,                                                                                                          \
     #isa,                                                                                                             \
     ISA_NEED_##isa,                                                                                                   \
     &family##_##op##_##scheme##__##isa},
#include "../include/kernels.def"
#undef KERNEL
};
const size_t kernel_variant_count = sizeof kernel_variants / sizeof kernel_variants[0];

const struct kernel_variant *kernel_find(const char *name) {
    for (size_t i = 0; i < kernel_variant_count; i++)
        if (strcmp(kernel_variants[i].name, name) == 0)
            return &kernel_variants[i];
    return NULL;
}

static int is(const struct kernel_variant *v, const char *op, const char *scheme) {
    return strcmp(v->op, op) == 0 && strcmp(v->scheme, scheme) == 0;
}

const struct kernel_variant *kernel_best(const char *op, const char *scheme, uint32_t features) {
    const struct kernel_variant *best = NULL;
    for (size_t i = 0; i < kernel_variant_count; i++)
        if (is(&kernel_variants[i], op, scheme) && (kernel_variants[i].needs & ~features) == 0)
            best = &kernel_variants[i];
    return best;
}

const struct kernel_variant *kernel_ref(const char *op, const char *scheme) {
    for (size_t i = 0; i < kernel_variant_count; i++)
        if (is(&kernel_variants[i], op, scheme) && strcmp(kernel_variants[i].isa, "ref") == 0)
            return &kernel_variants[i];
    return NULL;
}
