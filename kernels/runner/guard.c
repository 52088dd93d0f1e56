/* A guard's life: check, save, set, report; then wait for one of the ends there are, give back, verify, forget.
 * What it saved outlives it: after a kill -9 the next guard, or `restore`, gives that back first. */
#define _GNU_SOURCE
#include "../board/board.h"
#include "child.h"
#include "files.h"
#include "frame.h"
#include "guard.h"
#include "guard_order.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SAVED "guard.saved"
#define FRESH "guard.saved.tmp"
#define END "guard.end" /* made by who wants the guard to end */
#define LOOK_MS 250
#define TRIES 3 /* at giving a value back: a daemon of the board's may write at the same moment */
#define NVPMODEL_S 60

static struct guard {
    char root[PATH_MAX]; /* "" is the whole machine */
    int dir_fd;
    char boot[GUARD_VALUE_ROOM], err[WORDS_ROOM];
    struct order order, undo;
    struct text given, saved, said; /* `said`: what nvpmodel printed */
    int64_t mode_before, mode_after;
    struct stat lease; /* as it was before anything was changed */
} g;
static volatile sig_atomic_t is_told;

static bool fails(const char *what, const char *why) {
    snprintf(g.err, sizeof g.err, "%s: %s", what, why);
    return false;
}

static int refuse(int code) {
    fprintf(stderr, "runner: %s\n", g.err);
    return code;
}

/* Links are followed as sysfs needs it, but never out of the root's own /sys, nor to a file of another name. */
static int knob_open(const char *path, int flags) {
    char full[PATH_MAX], whole[PATH_MAX];
    size_t n = strlen(g.root);
    snprintf(full, sizeof full, "%.3800s%s", g.root, path);
    if (realpath(full, whole) == NULL)
        return -1;
    if (strncmp(whole, g.root, n) == 0 && strncmp(whole + n, "/sys/", 5) == 0 &&
        strcmp(strrchr(whole, '/'), strrchr(path, '/')) == 0)
        return open(whole, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    errno = ELOOP;
    return -1;
}

static bool knob_read(const char *path, char *out) {
    int fd = knob_open(path, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, out, GUARD_VALUE_ROOM - 1) : -1;
    int kept = errno;
    close(fd);
    out[n > 0 ? n : 0] = 0;
    out[strcspn(out, " \n")] = 0;
    if (n < 0)
        return fails(path, strerror(kept));
    return value_is_plain(out) || fails(path, "holds nothing that could be given back");
}

/* Goes on past a file that refuses: when values are given back, the others must be. */
static bool knobs_write(const struct order *o) {
    bool good = true;
    for (size_t i = 0; i < o->count; i++) {
        const struct change *c = &o->changes[i];
        if (c->value[0] == 0)
            continue;
        int fd = knob_open(c->path, O_WRONLY | O_TRUNC);
        if (!write_all(fd, c->value, strlen(c->value)))
            good = fails(c->path, strerror(errno));
        close(fd);
    }
    return good;
}

/* argv: ROOT [ID]. Child of a guard; below a root there is only the nvpmodel of that root. */
int nvpmodel_verb(int argc, char **argv) {
    char path[PATH_MAX], *words[] = {"nvpmodel", argc > 1 ? "-m" : "-q", argc > 1 ? argv[1] : NULL, NULL};
    snprintf(path, sizeof path, "%s/usr/sbin/nvpmodel", argc > 0 ? argv[0] : "");
    dup2(RESULT_FD, STDOUT_FILENO);
    dup2(RESULT_FD, STDERR_FILENO);
    close(RESULT_FD);
    execv(path, words);
    perror(path);
    return EXIT_GONE;
}

static bool nvpmodel(const char *id) {
    static char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    const char *argv[] = {"runner", "nvpmodel", g.root, id, NULL};
    struct child_spec spec = {
        .argv = argv, .env = env, .most = 8192, .timeout_ns = NVPMODEL_S * 1000000000LL, .deadline_fd = -1};
    struct child_end end;
    child_run(&spec, &end);
    bool bad = child_words(&end, "nvpmodel", NVPMODEL_S, g.err, sizeof g.err);
    text_add(&g.said, "%.*s%s", (int)end.output.size, end.output.data != NULL ? end.output.data : "",
             bad ? g.err : "");
    text_free(&end.output);
    return !bad;
}

static bool mode_query(int64_t *mode) {
    size_t begin = g.said.size;
    bool good = nvpmodel(NULL);
    const char *at = good ? strstr(g.said.data + begin, "NV Power Mode:") : NULL;
    at = at != NULL ? strchr(at, '\n') : NULL;
    *mode = at != NULL && (unsigned)(at[1] - '0') < 10 ? atoi(at + 1) : MODE_NONE;
    return *mode >= 0 || fails("nvpmodel -q does not tell the mode", g.said.data + begin);
}

static void mode_ask(int64_t mode) {
    char id[16];
    snprintf(id, sizeof id, "%d", (int)mode);
    nvpmodel(id);
}

/* Shared and for a moment: whoever wants the lease meanwhile tries again (lease.c). */
static bool is_locked(const char *path, int how) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool held = fd >= 0 && flock(fd, how | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (how == LOCK_SH)
        close(fd);
    return held;
}

static bool save(void) {
    order_undo(&g.order, g.mode_before, g.boot, &g.saved);
    unlinkat(g.dir_fd, FRESH, 0);
    int fd = openat(g.dir_fd, FRESH, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool good = write_all(fd, g.saved.data, g.saved.size) && fsync(fd) == 0 &&
                renameat(g.dir_fd, FRESH, g.dir_fd, SAVED) == 0;
    if (!good)
        fails(SAVED, strerror(errno));
    close(fd);
    fsync(g.dir_fd);
    return good && order_parse(&g.undo, g.saved.data, g.saved.size, g.err, sizeof g.err);
}

/* 0 = nothing was left, 1 = read into `undo`, -1 = words. Only what a guard of the same user wrote is believed. */
static int load(void) {
    struct stat info;
    int fd = openat(g.dir_fd, SAVED, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    bool good = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid() &&
                read_whole(fd, GUARD_BYTES_MAX, &g.saved) && g.saved.size > 0;
    close(fd);
    if (!good)
        fails(SAVED, "not a file of this user's");
    return good && order_parse(&g.undo, g.saved.data, g.saved.size, g.err, sizeof g.err) ? 1 : -1;
}

static bool mode_back(void) {
    int64_t now;
    if (g.undo.mode == MODE_NONE || (mode_query(&now) && now == g.undo.mode))
        return true;
    mode_ask(g.undo.mode);
    return mode_query(&now) && (now == g.undo.mode || fails("the power mode did not come back", g.said.data));
}

/* A power mode keeps over a reboot, a frequency does not: after one there is nothing of it to give back. */
static bool knobs_back(void) {
    char now[GUARD_VALUE_ROOM];
    if (strcmp(g.undo.boot, g.boot) != 0)
        return true;
    bool good = knobs_write(&g.undo);
    for (size_t i = 0; good && i < g.undo.count; i++) {
        const struct change *c = &g.undo.changes[i];
        good = knob_read(c->path, now) && (strcmp(now, c->value) == 0 || fails(c->path, "is not as it was"));
    }
    return good;
}

/* Mode first: it moves the frequencies. What did not come back stays written down for the next try. */
static bool give_back(void) {
    bool good = false;
    for (int i = 0; i < TRIES && !good; i++) {
        g.said.size = 0;
        good = mode_back();
        good = knobs_back() && good; /* whatever became of the mode */
    }
    unlinkat(g.dir_fd, END, 0);
    return good && unlinkat(g.dir_fd, SAVED, 0) == 0;
}

static bool read_all(bool after) {
    for (size_t i = 0; i < g.order.count; i++) {
        struct change *c = &g.order.changes[i];
        /* a power mode may switch off what was kept */
        if (!knob_read(c->path, after ? c->after : c->before) && (!after || c->value[0] != 0))
            return false;
    }
    return true;
}

static bool set_all(void) {
    if (g.order.mode != MODE_NONE) {
        g.said.size = 0;
        mode_ask(g.order.mode); /* whether it was taken tells the query alone: a refusal may be silent */
        if (!mode_query(&g.mode_after))
            return false;
    }
    return knobs_write(&g.order) && read_all(true);
}

static void report(void) {
    struct text json = {0}, line = {0};
    json_open(&json, "guard");
    json_int(&json, "mode_before", g.mode_before);
    json_int(&json, "mode_after", g.mode_after);
    json_str(&json, "said", g.said.size > 0 ? g.said.data : "");
    json_key(&json, "changes");
    for (size_t i = 0; i < g.order.count; i++) {
        const struct change *c = &g.order.changes[i];
        text_add(&json, "%s[\"%s\",\"%s\",\"%s\",\"%s\"]", i ? "," : "[", c->path, c->before, c->value, c->after);
    }
    text_add(&json, g.order.count ? "]}" : "[]}");
    frame_line(&line, 0, &json);
    write_all(STDOUT_FILENO, line.data, line.size);
}

static void on_term(int number) { is_told = number; }

/* Until told, or the lease that it saw held is free, or never was, or the time is over: also in its sleep. */
static void wait_for_end(const char *lease, int64_t deadline_s, int64_t wait_s) {
    static const struct timespec nap = {.tv_nsec = LOOK_MS * 1000000L};
    int64_t begun_ns = clock_boot_ns();
    bool seen = false;
    struct stat info;
    while (!is_told && fstatat(g.dir_fd, END, &info, 0) != 0) {
        bool held = is_locked(lease, LOCK_SH);
        /* who takes it signs it: a worker that died between two looks was seen, too */
        seen = seen || held || (stat(lease, &info) == 0 && info.st_mtim.tv_nsec != g.lease.st_mtim.tv_nsec);
        if ((seen && !held) || clock_boot_ns() - begun_ns > (seen ? deadline_s : wait_s) * 1000000000)
            return;
        nanosleep(&nap, NULL);
    }
}

static void live(char **ends) {
    struct sigaction action = {.sa_handler = on_term};
    sigset_t term;
    int null = open("/dev/null", O_RDWR);
    setsid();
    for (int fd = 0; fd < 3; fd++) /* an SSH server's pipes must not live on in us */
        dup2(null, fd);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigaction(SIGTERM, &action, NULL);
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    wait_for_end(ends[0], atoll(ends[1]), atoll(ends[2]));
    _exit(give_back() ? EXIT_CLOSED : EXIT_REFUSED);
}

static int take_back(void) {
    refuse(EXIT_REFUSED);
    return give_back() ? EXIT_REFUSED : refuse(EXIT_REFUSED);
}

static int set(char **ends) {
    g.saved.size = 0;
    g.mode_before = g.mode_after = MODE_NONE;
    unlinkat(g.dir_fd, END, 0);
    if (!read_all(false) || (g.order.mode != MODE_NONE && !mode_query(&g.mode_before)) || !save())
        return refuse(EXIT_REFUSED);
    if (!set_all())
        return take_back();
    pid_t pid = fork();
    if (pid == 0)
        live(ends);
    if (pid < 0) {
        fails("fork", strerror(errno));
        return take_back();
    }
    report();
    return EXIT_CLOSED;
}

static bool read_order(void) {
    return (read_whole(STDIN_FILENO, GUARD_BYTES_MAX, &g.given) && g.given.size > 0) ||
           fails("no order came", strerror(errno));
}

/* argv: DIR ROOT, and to set: LEASE DEADLINE_S WAIT_S. */
int guard_verb(int argc, char **argv) {
    char path[PATH_MAX];
    sigset_t all;
    if ((argc != 2 && argc != 5) || realpath(argv[1], g.root) == NULL) {
        fails("guard", "DIR ROOT [LEASE DEADLINE_S WAIT_S]");
        return refuse(EXIT_REFUSED);
    }
    if (g.root[1] == 0)
        g.root[0] = 0;
    /* a root of one's own holds an nvpmodel of one's own: never with rights that were lent */
    else if (geteuid() == 0 && getenv("SUDO_UID") != NULL) {
        fails(argv[1], "by sudo only with the root /");
        return refuse(EXIT_REFUSED);
    }
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL); /* nothing ends us between a change and the note of how it was */
    if (argc == 5 &&
        (!read_order() || !order_parse(&g.order, g.given.data, g.given.size, g.err, sizeof g.err)))
        return refuse(EXIT_REFUSED);
    if (argc == 5 && is_locked(argv[2], LOCK_SH)) {
        fails("leased by another run", "nothing is changed under it");
        return refuse(EXIT_LEASED);
    }
    if (argc == 5)
        stat(argv[2], &g.lease);
    snprintf(path, sizeof path, "%.4000s/sys", g.root);
    if (is_locked(path, LOCK_EX)) { /* held to our end: one guard a board */
        fails("another guard", "it holds this board");
        return refuse(EXIT_LEASED);
    }
    g.dir_fd = open(argv[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    board_boot_id("/", g.boot, sizeof g.boot);
    int found = load();
    if (found < 0 || (found > 0 && !give_back()))
        return refuse(EXIT_REFUSED);
    return argc == 5 ? set(argv + 2) : EXIT_CLOSED;
}
