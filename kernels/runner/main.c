/* The runner: everything that happens on a board. Words -> verbs, no logic. */
#include "clean.h"
#include "codes.h"
#include "exec.h"
#include "guard.h"
#include "hello.h"
#include "hold.h"
#include "rep.h"
#include "sense.h"
#include "spin.h"
#include "tail.h"
#include <stdio.h>
#include <string.h>

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage; /* NULL: only the worker calls it */
} verbs[] = {
    {"hello", hello_verb, "hello [--isa-mask a,b,c] [--root DIR]"},
    {"exec", exec_verb, "exec --dir DIR   (the job on stdin)"},
    {"tail", tail_verb, "tail RUN --dir DIR --from SEQ"},
    {"cancel", cancel_verb, "cancel RUN --dir DIR"},
    {"clean", clean_verb, "clean --dir DIR [--all]"},
    {"hold", hold_verb, "hold LEASE HOLDER SECONDS PROGRAM [WORDS]"},
    {"clock", clock_verb, "clock SECONDS   (a line for each line on stdin)"},
    {"sense", sense_verb, "sense SECONDS PERIOD_NS ROOT FORM PATH [PATH2]"},
    {"guard", guard_verb, "guard DIR ROOT [LEASE DEADLINE_S WAIT_S]   (the order on stdin)"},
    {"nvpmodel", nvpmodel_verb, NULL},
    {"rep", rep_verb, NULL},
    {"ref", ref_verb, NULL},
    {"peak", peak_verb, NULL},
    {"launch", launch_verb, NULL},
    {"spin", spin_verb, NULL},
};

int main(int argc, char **argv) {
    size_t count = sizeof verbs / sizeof *verbs;
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 2, argv + 2);
    for (size_t i = 0; i < count; i++)
        if (verbs[i].usage != NULL)
            fprintf(stderr, "usage: runner %s\n", verbs[i].usage);
    return EXIT_REFUSED;
}
