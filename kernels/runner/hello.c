#define _GNU_SOURCE
#include "hello.h"
#include "../board/board.h"
#include "../cases/case.h"
#include "../isa/isa.h"
#include "../peak/peak.h"
#include "codes.h"
#include "frame.h"
#include "result.h"
#include "sha256.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool isa_apply(const char *names, char *err, size_t err_size) {
    const char *bad = NULL;
    if (names[0] == 0)
        return true;
    uint32_t mask = strcmp(names, "none") == 0 ? 0 : isa_parse(names, &bad);
    if (bad != NULL)
        snprintf(err, err_size, "isa mask: no feature '%.40s'", bad);
    else
        isa_set_mask(mask);
    return bad == NULL;
}

static void put_features(struct text *out, uint32_t features) {
    const char *comma = "";
    json_key(out, "features");
    text_add(out, "[");
    for (unsigned bit = 0; bit < 32; bit++) {
        const char *name = features >> bit & 1 ? isa_name(1u << bit) : NULL;
        if (name != NULL) {
            text_add(out, "%s", comma);
            json_quote(out, name);
            comma = ",";
        }
    }
    text_add(out, "]");
}

static bool is_first_of_kernel(size_t index) {
    for (size_t i = 0; i < index; i++)
        if (kernel_same(&kernel_variants[i], &kernel_variants[index]))
            return false;
    return true;
}

/* Registry order is kept: `__ref` first, best last. */
static void put_variants(struct text *out, uint32_t features) {
    const char *between = "";
    json_key(out, "variants");
    text_add(out, "{");
    for (size_t i = 0; i < kernel_variant_count; i++) {
        const struct kernel_variant *first = &kernel_variants[i];
        if (!is_first_of_kernel(i))
            continue;
        const char *comma = "";
        text_add(out, "%s\"%s_%s\":[", between, first->op, first->scheme);
        between = ",";
        for (size_t j = i; j < kernel_variant_count; j++) {
            const struct kernel_variant *v = &kernel_variants[j];
            if (kernel_same(first, v) && (v->needs & ~features) == 0) {
                text_add(out, "%s\"%s\"", comma, kernel_name(v).text);
                comma = ",";
            }
        }
        text_add(out, "]");
    }
    text_add(out, "}");
}

static void put_clocks(struct text *out, const char *root) {
    char source[64];
    board_clock_source(root, source, sizeof source);
    json_str(out, "clock_source", source);
    json_int(out, "clock_step_ns", clock_step_ns());
    json_num(out, "clock_hz", peak_clock_hz(20000000));
}

static void put_machine(struct text *out, const char *root) {
    cpu_set_t allowed;
    char reason[128], mask[MASK_ROOM] = "";
    bool known = cores_allowed(&allowed);
    json_int(out, "cores", known ? CPU_COUNT(&allowed) : 1);
    if (known)
        cores_text(&allowed, mask, sizeof mask);
    json_str(out, "core_mask", mask);
    if (cores_isolated(&allowed)) {
        cores_text(&allowed, mask, sizeof mask);
        json_str(out, "isolated_mask", mask);
    }
    json_int(out, "memory_bytes", board_memory_bytes());
    json_int(out, "page_bytes", sysconf(_SC_PAGESIZE));
    board_emulated(root, reason, sizeof reason);
    json_str(out, "emulated", reason);
    json_bool(out, "vm", isa_hypervisor() != 0);
}

void hello_json(struct text *out, const char *root, const struct job *job) {
    char machine[80], release[80], model[128] = "unknown", boot_id[64], self[SHA256_HEX] = "unknown";
    board_uname(machine, release, sizeof machine);
    isa_cpu_model(model, sizeof model);
    board_boot_id(root, boot_id, sizeof boot_id);
    json_open(out, "hello");
    json_int(out, "protocol", 1);
    json_str(out, "version", RUNNER_VERSION);
    json_str(out, "target", board_target());
    json_str(out, "machine", machine);
    json_str(out, "kernel_release", release);
    json_str(out, "cpu_model", model);
    put_features(out, isa_features());
    put_variants(out, isa_features());
    if (!sha256_file("/proc/self/exe", self))
        snprintf(self, sizeof self, "unknown");
    json_str(out, "runner_sha256", self);
    json_str(out, "boot_id", boot_id);
    put_clocks(out, root);
    put_machine(out, root);
    if (job != NULL) {
        json_str(out, "run", job->run);
        json_int(out, "seed", job->seed);
    }
    json_close(out);
}

int hello_verb(int argc, char **argv) {
    const char *root = "/", *mask = "";
    char err[WORDS_ROOM];
    for (int i = 0; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "--root") == 0)
            root = argv[i + 1];
        else if (i + 1 < argc && strcmp(argv[i], "--isa-mask") == 0)
            mask = argv[i + 1];
        else {
            fprintf(stderr, "runner: hello [--isa-mask a,b,c] [--root DIR]\n");
            return EXIT_REFUSED;
        }
    }
    if (!isa_apply(mask, err, sizeof err)) {
        fprintf(stderr, "runner: %s\n", err);
        return EXIT_REFUSED;
    }
    struct text json = {0}, line = {0};
    hello_json(&json, root, NULL);
    frame_line(&line, 0, &json);
    bool good = write_all(STDOUT_FILENO, line.data, line.size);
    text_free(&json);
    text_free(&line);
    return good ? EXIT_CLOSED : EXIT_SPOOL;
}
