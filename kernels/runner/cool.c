/* The start-temperature gate: long things begin no warmer than the job says, as far as its cap on waiting allows. What
 * begins warmer all the same is marked; a board that tells no temperature is never waited for. */
#define _GNU_SOURCE
#include "../board/board.h"
#include "state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000LL
#define STEPS_FINE 10      /* seconds that are waited one by one; after them it is five at a time */

bool cool_read(const struct worker *w, int64_t *mc) {
    char text[32], *end = text;
    for (size_t i = 0; i < w->job->watch_count; i++)
        if (strcmp(w->job->watches[i].name, "temperature") == 0 &&
            board_read(w->job->root, w->job->watches[i].path, text, sizeof text) > 0)
            *mc = strtoll(text, &end, 10);
    return end != text && *end == 0 && *mc > -60000 && *mc < 200000;
}

void cool_say(struct worker *w, const char *format, int64_t mc, int64_t other) {
    struct text json = {0};
    char words[WORDS_ROOM];
    snprintf(words, sizeof words, format, (double)mc / 1000, (double)other / 1000);
    json_open(&json, "note");
    json_str(&json, "words", words);
    json_close(&json);
    spool_put(&w->spool, &json);
    text_free(&json);
}

void cool_phase(struct worker *w) { w->cooled_ns = 0; }

void cool_down(struct worker *w, int64_t limit_mc) {
    int64_t mc, cap = w->job->cool_cap_ns, fine = STEPS_FINE;
    bool patient = w->cooled_ns < cap;
    w->hot_mc = 0;
    if (cap == 0 || limit_mc == 0 || !cool_read(w, &mc) || mc <= limit_mc)
        return;
    if (patient)
        cool_say(w, "cooling: %.0f C, waiting for %.0f C", mc, limit_mc);
    while (mc > limit_mc && !halted(w)) {
        int64_t step = fine-- > 0 ? SECOND_NS : 5 * SECOND_NS, left = cap - w->cooled_ns;
        if (left <= 0) {
            w->hot_mc = mc;
            if (patient)
                cool_say(w, "still %.0f C after cooling for %.0f s: it goes on, marked hot", mc, w->cooled_ns / 1000000);
            return;
        }
        step = step < left ? step : left;
        halt_rest(w, step);
        w->cooled_ns += step;
        if (!cool_read(w, &mc))
            return;
    }
}

void cool_mark(const struct worker *w, struct text *json) {
    if (w->hot_mc > 0)
        json_int(json, "hot_mc", w->hot_mc);
}
