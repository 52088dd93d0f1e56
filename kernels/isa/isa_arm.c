/* 32-bit Arm: HWCAP. The base build is ARMv6 with VFPv2 (Pi 1 and Zero); NEON lives in files of its own. */
#if defined(__arm__)
#include "arm_names.h"
#include "detect.h"
#include "isa.h"
#include <sys/auxv.h>

enum { CAP_NEON = 1 << 12, CAP_VFPV3 = 1 << 13 };

uint32_t isa_detect(void) {
    unsigned long cap = getauxval(AT_HWCAP);
    /* the NEON files are compiled for VFPv3 as well; every NEON core has it, but ask for both */
    return (cap & CAP_NEON) && (cap & CAP_VFPV3) ? ISA_NEON : 0;
}

bool isa_detect_model(char *out, unsigned size) { return arm_core_name(out, size); }
int isa_detect_hypervisor(void) { return 0; }
#else
typedef int isa_arm_is_empty_here;
#endif
