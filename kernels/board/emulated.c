/* Tells emulation from hardware by what an emulator forgets to hide. Never by speed. */
#define _GNU_SOURCE
#include "board.h"
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static bool has_qemu(const char *text) { return strstr(text, "qemu") != NULL || strstr(text, "QEMU") != NULL; }

static bool maps_name_qemu(const char *root) {
    static char text[1 << 16];
    return board_read(root, "/proc/thread-self/maps", text, sizeof text) > 0 && has_qemu(text);
}

static bool status_names_qemu(const char *root) {
    char text[256];
    if (board_read(root, "/proc/self/status", text, sizeof text) <= 0)
        return false;
    char *line_end = strchr(text, '\n');
    if (line_end != NULL)
        *line_end = 0;
    return has_qemu(text);
}

static bool line_begins(const char *text, const char *word) {
    size_t n = strlen(word);
    for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, word, n) == 0)
            return true;
    }
    return false;
}

/* Architecture family by the lines that only this family's kernel writes. */
static const char *cpuinfo_family(const char *root) {
    static char text[1 << 14];
    if (board_read(root, "/proc/cpuinfo", text, sizeof text) <= 0)
        return NULL;
    if (line_begins(text, "vendor_id"))
        return "x86";
    if (line_begins(text, "CPU implementer"))
        return "arm";
    return line_begins(text, "hart") ? "riscv" : NULL;
}

static const char *machine_family(void) {
    struct utsname names;
    if (uname(&names) != 0)
        return NULL;
    if (strncmp(names.machine, "x86", 3) == 0 || names.machine[0] == 'i')
        return "x86";
    if (strncmp(names.machine, "aarch", 5) == 0 || strncmp(names.machine, "arm", 3) == 0)
        return "arm";
    return strncmp(names.machine, "riscv", 5) == 0 ? "riscv" : NULL;
}

static bool device_tree_is_virtual(const char *root, char *model, size_t size) {
    static const char *const paths[] = {"/proc/device-tree/model", "/proc/device-tree/compatible"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (board_read(root, paths[i], model, size) > 0 &&
            (strncmp(model, "linux,dummy-virt", 16) == 0 || strncmp(model, "riscv-virtio", 12) == 0))
            return true;
    return false;
}

/* A hypervisor without hardware help signs with this name; KVM signs otherwise and is only a VM. */
static bool cpuid_says_tcg(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d;
    char name[13] = "";
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31))
        return false;
    __cpuid(0x40000000, a, b, c, d);
    memcpy(name, &b, 4);
    memcpy(name + 4, &c, 4);
    memcpy(name + 8, &d, 4);
    return strcmp(name, "TCGTCGTCGTCG") == 0;
#else
    return false;
#endif
}

void board_emulated(const char *root, char *reason, size_t size) {
    char model[64];
    const char *info = cpuinfo_family(root), *machine = machine_family();
    reason[0] = 0;
    if (status_names_qemu(root))
        snprintf(reason, size, "qemu in /proc/self/status");
    else if (maps_name_qemu(root))
        snprintf(reason, size, "qemu in /proc/thread-self/maps");
    else if (info != NULL && machine != NULL && strcmp(info, machine) != 0)
        snprintf(reason, size, "/proc/cpuinfo is of %s, machine is %s", info, machine);
    else if (device_tree_is_virtual(root, model, sizeof model))
        snprintf(reason, size, "device-tree model %s", model);
    else if (cpuid_says_tcg())
        snprintf(reason, size, "cpuid hypervisor name TCG");
}
