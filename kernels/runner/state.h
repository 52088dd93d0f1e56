/* The worker's memory: what has happened to each item so far. */
#ifndef RUNNER_STATE_H
#define RUNNER_STATE_H
#include "child.h"
#include "choose.h"
#include "frame.h"
#include "job.h"
#include "result.h"
#include "sensors.h"
#include "sha256.h"
#include "watch.h"

struct item_state {
    struct sha256 digest; /* over its sample and energy frames */
    int64_t count;        /* of those frames */
    double *ln_p25;       /* one per repetition */
    size_t repetitions;
    bool stopped;         /* no more repetitions */
    bool final;           /* its last item_end is written */
    bool dirty;           /* frames since its last item_end */
    const char *status, *stop; /* stop is "open" until it is known */
    int64_t ref_bytes;         /* of the oracle's output, kept by the first item of its kind; 0 = not yet */
    struct choice choice;      /* kept there, too */
    char words[WORDS_ROOM];
};
enum halt { HALT_NO, HALT_CANCELLED, HALT_DEADLINE };
struct worker {
    const struct job *job;
    const char *dir;
    struct spool spool;
    struct item_state *items;
    struct sampler sampler;
    int deadline_fd; /* timerfd: readable when the time is over */
    int64_t began_ns, deadline_boot_ns;
    int64_t idle_end_ns; /* of the last idle window */
    enum halt halt;
    uint64_t random;
    int64_t cooled_ns, hot_mc; /* waited in this phase; hot_mc: gone on all the same, 0 = not */
    char boot_id[64];
    struct result result; /* of the repetition at hand */
};

/* ledger.c: frames that belong to an item, and its closing records */
void ledger_frame(struct worker *w, size_t index, const struct text *json);
void ledger_close(struct worker *w, size_t index, bool final);
/* The item is over, badly: no more repetitions, final item_end now. */
void ledger_fail(struct worker *w, size_t index, const char *status, const char *words);

/* repetition.c: one fresh process of an item; its frame, its stop rule. */
void repetition_run(struct worker *w, size_t index);
/* Writes a frame of `kind` about w->result, with `more` keys of the caller's at its end. */
void repetition_frame(struct worker *w, size_t index, const char *kind, struct snapshot *before,
                      struct snapshot *after, bool usable, const struct text *more);
/* The last word on an item whose process (good: gave a result) brought no number; none if the run ended it. */
void repetition_failed(struct worker *w, size_t index, bool good, enum child_fate fate, const char *words);

/* carry.c: what the board chose for an item that forces no variant; NULL: there was nothing to choose. */
const struct choice *item_choice(const struct worker *w, size_t index);
/* Starts the item's child (window_ns 0: a repetition) and reads its result. False: it gave none, and why; `fate` is
 * that of the last process that was started for it. */
bool repetition_child(struct worker *w, size_t index, int64_t window_ns, enum child_fate *fate, char *words,
                      size_t size);

/* energy.c: all windows of all items, and their long runs, between two idle windows, where a sensor here or a meter
 * beside the board is read */
bool energy_is_read(const struct worker *w);
void energy_run(struct worker *w);
/* Frames of a window that belongs to no item, one a sensor. */
void energy_board_window(struct worker *w, const char *kind, const char *cpu_mask, int64_t begin_ns, int64_t end_ns);

/* step.c: are the sensors to be believed, and what does reading them cost? Before the first window of an item. */
/* A window with work on every core that we may use, for the controller to see the watts move. */
void step_window(struct worker *w);
/* One fixed piece of work on the cores of an item, again and again: unread, read as asked, read 4 times as often. */
void step_cost(struct worker *w, size_t index);
void energy_guard(struct worker *w);                              /* readings outside a window */
void energy_put(struct worker *w, size_t index, int64_t window); /* frames of the window in w->result */

/* long.c: items that are one long process: sustained or periodic */
void long_run(struct worker *w);

/* cool.c: waits for the board to be as cool as the job wants it */
/* The watched `temperature` in 1/1000 C; false where there is none, or none that can be. */
bool cool_read(const struct worker *w, int64_t *mc);
/* What follows may wait for the job's whole cap again. */
void cool_phase(struct worker *w);
/* Until it is `limit` at most, the cap is spent or the run is over; 0 = no limit. */
void cool_down(struct worker *w, int64_t limit_mc);
/* A note for whoever follows the run, of two numbers in thousandths. */
void cool_say(struct worker *w, const char *format, int64_t a, int64_t b);
/* ,"hot_mc":71000 where the last wait was in vain */
void cool_mark(const struct worker *w, struct text *json);

/* halt.c: the three ways in which a worker is told to end */
void halt_prepare(struct worker *w);
bool halted(struct worker *w); /* looks at deadline, signal and the cancel file */
/* Sleeps, but not past the deadline. */
void halt_rest(struct worker *w, int64_t ns);
#endif
