/* CPU features: what this CPU has, by asking it (cpuid, HWCAP, riscv_hwprobe); never a letter in a text file.
 * One enum over all architectures, one mask that can take features away so that any variant can be forced. */
#ifndef ISA_ISA_H
#define ISA_ISA_H
#include <stdint.h>

enum isa_feature {
    ISA_AVX2 = 1u << 0,
    ISA_FMA = 1u << 1,
    ISA_AVX512 = 1u << 2, /* F, BW, DQ, VL together */
    ISA_AVX512VPOPCNT = 1u << 3,
    ISA_AVX512VNNI = 1u << 4,
    ISA_POPCNT = 1u << 5,
    ISA_AVX512BF16 = 1u << 6,
    ISA_AVX512VBMI = 1u << 7,
    ISA_NEON = 1u << 8,
    ISA_DOTPROD = 1u << 9,
    ISA_I8MM = 1u << 10,
    ISA_FP16 = 1u << 11,
    ISA_BF16 = 1u << 12,
    ISA_AMXINT8 = 1u << 13, /* tiles and their int8 products; the process has the permission */
    ISA_ZBB = 1u << 16,
    ISA_RVV = 1u << 17, /* 1.0, never the 0.7.1 draft */
    ISA_ZVBB = 1u << 18,
};

/* Features of this CPU that the operating system lets us use, less the masked-out ones. */
uint32_t isa_features(void);
/* Take features away for the rest of the process (`--isa-mask`): only bits set in `mask` stay. */
void isa_set_mask(uint32_t mask);
/* Name of one feature bit ("avx2"), or NULL. */
const char *isa_name(uint32_t bit);
/* Feature mask of a comma-separated list of names; returns 0 and sets *bad to the first unknown name. */
uint32_t isa_parse(const char *names, const char **bad);
/* CPU model as the CPU or kernel names it, into out; "unknown" where it is not to be had. */
void isa_cpu_model(char *out, unsigned size);
/* 1 when a hypervisor says so (x86 cpuid bit 31); else 0. */
int isa_hypervisor(void);
#endif
