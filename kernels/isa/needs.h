/* ISA_NEED_<token> = the features that a token of isa.def needs on the architecture being compiled. A token that
 * this architecture does not have has no such name, so a registry line under the wrong #if does not compile. */
#ifndef ISA_NEEDS_H
#define ISA_NEEDS_H
#include "isa.h"

#define ISA_HERE_any(token, needs) ISA_NEED_##token = (needs),
#if defined(__x86_64__)
#define ISA_HERE_x86_64(token, needs) ISA_NEED_##token = (needs),
#else
#define ISA_HERE_x86_64(token, needs)
#endif
#if defined(__aarch64__)
#define ISA_HERE_aarch64(token, needs) ISA_NEED_##token = (needs),
#else
#define ISA_HERE_aarch64(token, needs)
#endif
#if defined(__arm__)
#define ISA_HERE_arm(token, needs) ISA_NEED_##token = (needs),
#else
#define ISA_HERE_arm(token, needs)
#endif
#if defined(__riscv)
#define ISA_HERE_riscv64(token, needs) ISA_NEED_##token = (needs),
#else
#define ISA_HERE_riscv64(token, needs)
#endif

enum isa_need {
#define ISA(token, arch, needs, flags) ISA_HERE_##arch(token, needs)
#include "isa.def"
#undef ISA
};
#endif
