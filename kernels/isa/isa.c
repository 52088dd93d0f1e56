/* The part of feature detection that no architecture owns: names, the mask, /proc/cpuinfo as a last resort for
 * the CPU's name (never for its features: a letter there is no promise). */
#include "isa.h"
#include "detect.h"
#include <stdio.h>
#include <string.h>

static const struct {
    uint32_t bit;
    const char *name;
} names[] = {
    {ISA_POPCNT, "popcnt"}, {ISA_AVX2, "avx2"}, {ISA_FMA, "fma"}, {ISA_AVX512, "avx512"},
    {ISA_AVX512VPOPCNT, "avx512vpopcnt"}, {ISA_AVX512VNNI, "avx512vnni"},
    {ISA_AVX512BF16, "avx512bf16"}, {ISA_AVX512VBMI, "avx512vbmi"}, {ISA_AMXINT8, "amxint8"},
    {ISA_NEON, "neon"}, {ISA_DOTPROD, "dotprod"}, {ISA_I8MM, "i8mm"}, {ISA_FP16, "fp16"}, {ISA_BF16, "bf16"},
    {ISA_ZBB, "zbb"}, {ISA_RVV, "rvv"}, {ISA_ZVBB, "zvbb"},
};
enum { NAME_COUNT = sizeof names / sizeof names[0] };

static uint32_t kept = UINT32_MAX;

uint32_t isa_features(void) {
    static uint32_t found;
    static bool asked;
    if (!asked) {
        found = isa_detect();
        asked = true;
    }
    return found & kept;
}

void isa_set_mask(uint32_t mask) { kept &= mask; }

const char *isa_name(uint32_t bit) {
    for (unsigned i = 0; i < NAME_COUNT; i++)
        if (names[i].bit == bit)
            return names[i].name;
    return NULL;
}

uint32_t isa_parse(const char *list, const char **bad) {
    uint32_t mask = 0;
    *bad = NULL;
    while (*list) {
        size_t length = strcspn(list, ",");
        unsigned i = 0;
        while (i < NAME_COUNT && (strlen(names[i].name) != length || memcmp(names[i].name, list, length) != 0))
            i++;
        if (i == NAME_COUNT) {
            *bad = list;
            return 0;
        }
        mask |= names[i].bit;
        list += length;
        list += *list == ',';
    }
    return mask;
}

bool isa_cpuinfo(const char *key, char *out, unsigned size) {
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return false;
    char line[512];
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (!colon)
            continue;
        char *end = colon;
        while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        found = (size_t)(end - line) == strlen(key) && memcmp(line, key, strlen(key)) == 0;
        if (found) {
            colon += 1 + strspn(colon + 1, " \t");
            colon[strcspn(colon, "\n")] = '\0';
            snprintf(out, size, "%s", colon);
        }
    }
    fclose(file);
    return found;
}

void isa_cpu_model(char *out, unsigned size) {
    static const char *const keys[] = {"model name", "Model Name", "uarch", "Processor", "cpu model"};
    if (isa_detect_model(out, size))
        return;
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (isa_cpuinfo(keys[i], out, size))
            return;
    snprintf(out, size, "unknown");
}

int isa_hypervisor(void) { return isa_detect_hypervisor(); }
