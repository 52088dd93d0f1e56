/* Which variant wins where nobody can know it beforehand: timed on the board itself, once per kernel and shape. */
#ifndef RUNNER_CHOOSE_H
#define RUNNER_CHOOSE_H
#include "../cases/case.h"
#include "codes.h"

struct choice {
    char variant[NAME_ROOM]; /* "": there was nothing to choose */
    char words[WORDS_ROOM];  /* what was tried, with its time */
};
/* Tries the contenders of the kernel whose ref is wished for, against the ref's outputs: the best variant of each
 * family, and beside it those of which now this, now that is faster on a core. A contender whose output
 * differs from the ref's is passed over: the item that runs it will say what is wrong. */
void choose_variant(const struct case_wish *ref, const void *want, struct choice *choice);
#endif
