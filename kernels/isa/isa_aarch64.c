/* aarch64: the kernel's HWCAP words. The bits are a stable part of the kernel's interface; they are written out
 * because old C libraries do not name the newer ones. */
#if defined(__aarch64__)
#include "arm_names.h"
#include "detect.h"
#include "isa.h"
#include <sys/auxv.h>

enum { CAP_ASIMD = 1 << 1, CAP_FPHP = 1 << 9, CAP_ASIMDHP = 1 << 10, CAP_ASIMDDP = 1 << 20 };
enum { CAP2_I8MM = 1 << 13, CAP2_BF16 = 1 << 14 };

uint32_t isa_detect(void) {
    unsigned long cap = getauxval(AT_HWCAP), cap2 = getauxval(AT_HWCAP2);
    uint32_t found = 0;
    if (cap & CAP_ASIMD)
        found |= ISA_NEON;
    if (cap & CAP_ASIMDDP)
        found |= ISA_DOTPROD;
    if ((cap & CAP_FPHP) && (cap & CAP_ASIMDHP))
        found |= ISA_FP16;
    if (cap2 & CAP2_I8MM)
        found |= ISA_I8MM;
    if (cap2 & CAP2_BF16)
        found |= ISA_BF16;
    return found;
}

bool isa_detect_model(char *out, unsigned size) { return arm_core_name(out, size); }
int isa_detect_hypervisor(void) { return 0; }
#else
typedef int isa_aarch64_is_empty_here;
#endif
