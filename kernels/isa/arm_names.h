/* Core names by MIDR implementer and part, as /proc/cpuinfo of the first CPU shows them. Arm kernels print
 * numbers where x86 ones print a name. */
#ifndef ISA_ARM_NAMES_H
#define ISA_ARM_NAMES_H
#include "detect.h"
#include <stdio.h>
#include <stdlib.h>

static inline bool arm_core_name(char *out, unsigned size) {
    static const struct {
        unsigned maker, part;
        const char *name;
    } cores[] = {
        {0x41, 0xb76, "ARM1176"}, {0x41, 0xc05, "Cortex-A5"}, {0x41, 0xc07, "Cortex-A7"},
        {0x41, 0xc08, "Cortex-A8"}, {0x41, 0xc09, "Cortex-A9"}, {0x41, 0xc0e, "Cortex-A17"},
        {0x41, 0xc0f, "Cortex-A15"}, {0x41, 0xd03, "Cortex-A53"}, {0x41, 0xd04, "Cortex-A35"},
        {0x41, 0xd05, "Cortex-A55"}, {0x41, 0xd07, "Cortex-A57"}, {0x41, 0xd08, "Cortex-A72"},
        {0x41, 0xd09, "Cortex-A73"}, {0x41, 0xd0a, "Cortex-A75"}, {0x41, 0xd0b, "Cortex-A76"},
        {0x41, 0xd0c, "Neoverse-N1"}, {0x41, 0xd40, "Neoverse-V1"}, {0x41, 0xd41, "Cortex-A78"},
        {0x41, 0xd42, "Cortex-A78AE"}, {0x41, 0xd49, "Neoverse-N2"}, {0x41, 0xd4f, "Neoverse-V2"},
        {0x4e, 0x003, "NVIDIA Denver 2"}, {0x4e, 0x004, "NVIDIA Carmel"},
    };
    char maker[32], part[32];
    if (!isa_cpuinfo("CPU implementer", maker, sizeof maker) || !isa_cpuinfo("CPU part", part, sizeof part))
        return false;
    unsigned long maker_id = strtoul(maker, NULL, 16), part_id = strtoul(part, NULL, 16);
    for (unsigned i = 0; i < sizeof cores / sizeof cores[0]; i++)
        if (cores[i].maker == maker_id && cores[i].part == part_id) {
            snprintf(out, size, "%s", cores[i].name);
            return true;
        }
    snprintf(out, size, "Arm implementer 0x%lx part 0x%lx", maker_id, part_id);
    return true;
}
#endif
