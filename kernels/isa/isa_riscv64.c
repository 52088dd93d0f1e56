/* riscv64: riscv_hwprobe (Linux >= 6.4), over all CPUs at once. Where the call is missing nothing is believed:
 * the letters of /proc/cpuinfo do not tell RVV 1.0 from the 0.7.1 draft that T-Head sold as `v`. */
#if defined(__riscv)
#include "detect.h"
#include "isa.h"
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

enum { SYS_HWPROBE = 258, KEY_MVENDORID = 0, KEY_MARCHID = 1, KEY_IMA_EXT_0 = 4 };
#define EXT_V (1ull << 2)
#define EXT_ZBB (1ull << 4)
#define EXT_ZVBB (1ull << 17)

struct probe {
    int64_t key; /* set to -1 by the kernel when it does not know the key */
    uint64_t value;
};

static bool ask(struct probe *pairs, size_t count) {
    return syscall(SYS_HWPROBE, pairs, count, (size_t)0, NULL, 0u) == 0;
}

uint32_t isa_detect(void) {
    struct probe extensions = {KEY_IMA_EXT_0, 0};
    if (!ask(&extensions, 1) || extensions.key != KEY_IMA_EXT_0)
        return 0;
    uint32_t found = 0;
    if (extensions.value & EXT_ZBB)
        found |= ISA_ZBB;
    if (extensions.value & EXT_V)
        found |= ISA_RVV;
    if (extensions.value & EXT_ZVBB)
        found |= ISA_ZVBB;
    return found;
}

bool isa_detect_model(char *out, unsigned size) {
    if (isa_cpuinfo("uarch", out, size))
        return true;
    struct probe ids[2] = {{KEY_MVENDORID, 0}, {KEY_MARCHID, 0}};
    if (!ask(ids, 2))
        return false;
    snprintf(out, size, "RISC-V mvendorid 0x%llx marchid 0x%llx", (unsigned long long)ids[0].value,
             (unsigned long long)ids[1].value);
    return true;
}

int isa_detect_hypervisor(void) { return 0; }
#else
typedef int isa_riscv64_is_empty_here;
#endif
