/* x86: cpuid says what the CPU has, XGETBV what the operating system saves on a context switch; both must agree.
 * <cpuid.h> and not __builtin_cpu_supports, which does not link under musl. */
#if defined(__x86_64__)
#include "detect.h"
#include "isa.h"
#include <cpuid.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t enabled_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/* The tiles of AMX are 8 KiB that Linux saves only for a process that has asked: a fork inherits the permission, a
 * program started by exec asks anew, as every program of ours does here. Older kernels do not know the question. */
static bool may_use_tiles(void) {
    enum { ASK = 0x1023, TILE_DATA = 18 }; /* ARCH_REQ_XCOMP_PERM */
    const uint64_t tiles = 3u << 17;
    return (enabled_state() & tiles) == tiles && syscall(SYS_arch_prctl, ASK, TILE_DATA) == 0;
}

uint32_t isa_detect(void) {
    unsigned a, b, c, d, b7 = 0, c7 = 0, d7 = 0, unused_a;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    uint32_t found = c & bit_POPCNT ? ISA_POPCNT : 0;
    if (!(c & bit_OSXSAVE) || !__get_cpuid_count(7, 0, &unused_a, &b7, &c7, &d7))
        return found;
    uint64_t state = enabled_state();
    const unsigned avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if ((state & 0x6) != 0x6 || !(c & bit_AVX)) /* XMM and YMM */
        return found;
    if (b7 & bit_AVX2)
        found |= ISA_AVX2;
    if (c & bit_FMA)
        found |= ISA_FMA;
    if ((state & 0xe0) != 0xe0 || (b7 & avx512) != avx512) /* masks, upper halves, ZMM16-31 */
        return found;
    /* The compiler takes AVX-512 to include AVX2 and FMA, so ours does too. */
    if ((found & (ISA_AVX2 | ISA_FMA)) != (ISA_AVX2 | ISA_FMA))
        return found;
    found |= ISA_AVX512;
    if (c7 & bit_AVX512VPOPCNTDQ)
        found |= ISA_AVX512VPOPCNT;
    if (c7 & bit_AVX512VNNI)
        found |= ISA_AVX512VNNI;
    if (c7 & bit_AVX512VBMI)
        found |= ISA_AVX512VBMI;
    const unsigned tiles = 1u << 24 | 1u << 25; /* AMX-TILE and AMX-INT8 */
    if ((d7 & tiles) == tiles && may_use_tiles())
        found |= ISA_AMXINT8;
    unsigned a71 = 0, unused_b, unused_c, unused_d;
    if (__get_cpuid_count(7, 1, &a71, &unused_b, &unused_c, &unused_d) && a71 >> 5 & 1)
        found |= ISA_AVX512BF16;
    return found;
}

bool isa_detect_model(char *out, unsigned size) {
    unsigned words[13] = {0};
    if (__get_cpuid_max(0x80000000u, NULL) < 0x80000004u || size == 0)
        return false;
    for (unsigned i = 0; i < 3; i++)
        __get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
    const char *text = (const char *)words;
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ')
        length--;
    if (length > size - 1)
        length = size - 1;
    memcpy(out, text, length);
    out[length] = '\0';
    return length > 0;
}

int isa_detect_hypervisor(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && c >> 31;
}
#else
typedef int isa_x86_64_is_empty_here;
#endif
