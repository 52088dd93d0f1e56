/* The list of variants, from kernels.def: declarations first, then the table. */
#include "../isa/needs.h"
#include "case.h"
#include <stdio.h>
#include <string.h>

/* Two steps, so that KIND_<op> is replaced before it is pasted. */
#define STRUCT_OF_(kind) struct kind##_kernel
#define STRUCT_OF(kind) STRUCT_OF_(kind)
#define FIELD_OF_(kind_) .kind = KERNEL_##kind_, .kind_
#define FIELD_OF(kind) FIELD_OF_(kind)

#define KERNEL(family, op, scheme, isa) extern const STRUCT_OF(KIND_##op) family##_##op##_##scheme##__##isa;
#include "../include/kernels.def"
#undef KERNEL

const struct kernel_variant kernel_variants[] = {
#define KERNEL(family_, op_, scheme_, isa_)                                                                            \
    {.family = #family_,                                                                                               \
     .op = #op_,                                                                                                       \
     .scheme = #scheme_,                                                                                               \
     .isa = #isa_,                                                                                                     \
     .needs = ISA_NEED_##isa_,                                                                                         \
     FIELD_OF(KIND_##op_) = &family_##_##op_##_##scheme_##__##isa_},
#include "../include/kernels.def"
#undef KERNEL
};
const size_t kernel_variant_count = sizeof kernel_variants / sizeof kernel_variants[0];

struct kernel_name kernel_name(const struct kernel_variant *v) {
    struct kernel_name name;
    snprintf(name.text, sizeof name.text, "%s_%s_%s__%s", v->family, v->op, v->scheme, v->isa);
    return name;
}

const struct kernel_variant *kernel_find(const char *name) {
    for (size_t i = 0; i < kernel_variant_count; i++)
        if (strcmp(kernel_name(&kernel_variants[i]).text, name) == 0)
            return &kernel_variants[i];
    return NULL;
}

static int is(const struct kernel_variant *v, const char *op, const char *scheme) {
    return strcmp(v->op, op) == 0 && strcmp(v->scheme, scheme) == 0;
}

bool kernel_same(const struct kernel_variant *a, const struct kernel_variant *b) { return is(a, b->op, b->scheme); }

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
