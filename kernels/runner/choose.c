#define _GNU_SOURCE
#include "choose.h"
#include "../board/board.h"
#include "../isa/isa.h"
#include <stdio.h>
#include <string.h>

enum { CONTENDERS = 16, SAMPLES = 7, SAMPLE_NS = 500000 };

/* Scalar bit counting against vectors that count slowly, or not at all; products of bfloat16 in one instruction, which
 * some cores carry out slower than the wider products: there the order of the registry is a guess. */
static bool is_contested(const struct kernel_variant *v) {
    return (v->needs & (ISA_ZBB | ISA_RVV | ISA_ZVBB | ISA_AVX512BF16)) != 0;
}

static bool usable(const struct kernel_variant *v, const struct kernel_variant *ref) {
    return kernel_same(v, ref) && (v->needs & ~isa_features()) == 0 && strcmp(v->isa, "ref") != 0;
}

/* Whether a later line of the same family replaces it for certain. */
static bool outranked(size_t index, const struct kernel_variant *ref) {
    const struct kernel_variant *v = &kernel_variants[index];
    for (size_t i = index + 1; i < kernel_variant_count; i++)
        if (usable(&kernel_variants[i], ref) && !is_contested(&kernel_variants[i]) &&
            strcmp(kernel_variants[i].family, v->family) == 0)
            return true;
    return false;
}

static size_t contenders(const struct kernel_variant *ref, const struct kernel_variant *out[CONTENDERS]) {
    size_t count = 0;
    for (size_t i = 0; i < kernel_variant_count && count < CONTENDERS; i++) {
        const struct kernel_variant *v = &kernel_variants[i];
        if (usable(v, ref) && (is_contested(v) || !outranked(i, ref)))
            out[count++] = v;
    }
    return count;
}

static int64_t timed(struct kernel_case *c, int64_t calls) {
    int64_t begin = clock_thread_ns();
    for (int64_t i = 0; i < calls; i++)
        case_run(c);
    return clock_thread_ns() - begin;
}

/* ns of a call at the best of a few samples; 0 when it is not right. */
static double best_ns(struct kernel_case *c, const void *want) {
    char words[WORDS_ROOM];
    int64_t calls = 1, took = timed(c, 1);
    if (!case_matches(c, want, words, sizeof words))
        return 0;
    while (took < SAMPLE_NS / 2 && calls < 1 << 20)
        took = timed(c, calls *= 4);
    double best = (double)took / (double)calls;
    for (int i = 0; i < SAMPLES; i++) {
        double ns = (double)timed(c, calls) / (double)calls;
        best = ns < best ? ns : best;
    }
    return best;
}

void choose_variant(const struct case_wish *ref, const void *want, struct choice *choice) {
    const struct kernel_variant *found[CONTENDERS];
    size_t count = contenders(ref->variant, found), used = 0;
    double best = 0;
    memset(choice, 0, sizeof *choice);
    for (size_t i = 0; count > 1 && i < count; i++) {
        struct case_wish own = *ref;
        struct kernel_case c;
        char words[WORDS_ROOM];
        own.variant = found[i];
        if (!case_open(&c, &own, words, sizeof words))
            continue;
        double ns = best_ns(&c, want);
        case_close(&c);
        if (used < sizeof choice->words)
            used += (size_t)snprintf(choice->words + used, sizeof choice->words - used, "%s%s %.4g us", used ? ", " : "",
                                     kernel_name(found[i]).text, ns / 1000);
        if (ns > 0 && (best == 0 || ns < best)) {
            best = ns;
            snprintf(choice->variant, sizeof choice->variant, "%s", kernel_name(found[i]).text);
        }
    }
}
