/* One variant on one shape, called as often as asked and nothing else: what an emulator counts instructions of. The
 * mark's address is printed first: a tracer sees it entered before each call and after it, so that packing of weights
 * and making of data are told apart from the calls. */
#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static void mark(void) { __asm__ volatile("" ::: "memory"); }

/* Numbers between letters; 0 where the text ends or has something else there. */
static size_t number(const char **at, const char *before) {
    size_t length = strlen(before);
    if (strncmp(*at, before, length) != 0)
        return 0;
    char *end;
    unsigned long value = strtoul(*at + length, &end, 10);
    *at = end;
    return (size_t)value;
}

/* MxNxK, or HxWxCxNkR[sS] of a convolution: as suites write them. */
static bool shape_of(const char *text, struct case_shape *s) {
    const char *at = text;
    size_t first = number(&at, ""), second = number(&at, "x"), third = number(&at, "x"), n = number(&at, "x");
    if (n == 0) {
        *s = (struct case_shape){.m = first, .n = second, .k = third};
        return first && second && third && *at == '\0';
    }
    size_t window = number(&at, "k"), stride = *at == 's' ? number(&at, "s") : 1, pad = window / 2;
    if (window == 0 || stride == 0 || *at != '\0' || first + 2 * pad < window || second + 2 * pad < window)
        return false;
    size_t h = (first + 2 * pad - window) / stride + 1, w = (second + 2 * pad - window) / stride + 1;
    *s = (struct case_shape){h * w, n, third * window * window, first, second, window, stride, pad, 1};
    return true;
}

/* Without a word for it: what the runner times. */
static bool options_of(const struct kernel_variant *v, const char *epilogue, struct case_options *o) {
    static const char *const names[EPILOGUE_COUNT] = {"sums", "bits", "float", "float_bits"};
    *o = case_usual(v->op, v->scheme);
    if (epilogue == NULL)
        return true;
    for (int e = 0; v->kind == KERNEL_conv && e < EPILOGUE_COUNT; e++)
        if (strcmp(epilogue, names[e]) == 0) {
            o->epilogue = (enum conv_epilogue)e;
            o->shortcut = false;
            return true;
        }
    return false;
}

int calls(const struct calls_options *o) {
    const struct kernel_variant *v = o->name ? kernel_find(o->name) : NULL;
    struct case_wish wish = {.variant = v, .seed = 1, .memory = &case_plain_memory};
    struct kernel_case c;
    char err[128] = "--calls needs --only with a variant's full name, --shapes with one shape, a known --epilogue";
    if (v == NULL || (v->needs & ~o->features) || !o->shape || !shape_of(o->shape, &wish.shape) ||
        !options_of(v, o->epilogue, &wish.options) || !case_open(&c, &wish, err, sizeof err)) {
        fprintf(stderr, "check: %s\n", v && (v->needs & ~o->features) ? "this CPU cannot run it" : err);
        return 2;
    }
    printf("mark 0x%llx\n", (unsigned long long)(uintptr_t)mark);
    fflush(stdout);
    for (unsigned i = 0; i < o->count; i++) {
        mark();
        case_run(&c);
        mark();
    }
    case_close(&c);
    return 0;
}
