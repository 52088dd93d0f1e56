#define _GNU_SOURCE
#include "tail.h"
#include "files.h"
#include "frame.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#define RECHECK_MS 5000 /* should inotify be missing or miss: look again this often */
#define LAST_BREATH_MS 1000

struct tail {
    int fd, watch;
    int64_t from;
    struct text held; /* bytes after the last whole line */
    bool ended;
};

bool run_is_alive(const char *dir, const char *run) {
    char path[PATH_ROOM];
    int fd = run_path(dir, run, ".alive", path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    bool alive = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return alive;
}

static bool show_line(struct tail *t, const char *line, size_t size) {
    if (size < 4 || memcmp(line, "HB1 ", 4) != 0)
        return true;
    const char *json = memchr(line, '{', size);
    static const char end[] = "{\"kind\":\"end\"";
    if (json != NULL && (size_t)(line + size - json) > sizeof end && memcmp(json, end, sizeof end - 1) == 0)
        t->ended = true;
    return strtoll(line + 4, NULL, 10) < t->from || write_all(STDOUT_FILENO, line, size);
}

/* Everything that is in the file now. The fdatasync covers what was read before it, so nothing is shown that a
 * power cut could take back. */
static bool show_new(struct tail *t) {
    errno = 0;
    if (!read_whole(t->fd, SIZE_MAX, &t->held))
        return false;
    if (t->held.size == 0)
        return true;
    if (fdatasync(t->fd) != 0 && errno != EINVAL && errno != EROFS)
        return false;
    size_t done = 0;
    char *stop;
    while (!t->ended && (stop = memchr(t->held.data + done, '\n', t->held.size - done)) != NULL) {
        size_t size = (size_t)(stop + 1 - (t->held.data + done));
        if (!show_line(t, t->held.data + done, size))
            return false;
        done += size;
    }
    memmove(t->held.data, t->held.data + done, t->held.size - done);
    t->held.size -= done;
    return true;
}

static void wait_for_change(struct tail *t) {
    char events[4096];
    struct pollfd p = {.fd = t->watch, .events = POLLIN};
    poll(&p, t->watch >= 0 ? 1 : 0, t->watch >= 0 ? RECHECK_MS : 250);
    if (p.revents & POLLIN)
        (void)!read(t->watch, events, sizeof events);
}

/* Whoever sees the end may start the next run or clean up at once: the worker's locks should be gone by then. */
static void await_last_breath(const char *dir, const char *run) {
    for (int naps = 0; naps < LAST_BREATH_MS && run_is_alive(dir, run); naps++)
        usleep(1000);
}

static int follow(struct tail *t, const char *dir, const char *run) {
    for (;;) {
        bool alive = run_is_alive(dir, run); /* asked first: what a dead worker wrote is then all there */
        if (!show_new(t)) {
            fprintf(stderr, "runner: cannot read or show the spool: %s\n", strerror(errno));
            return EXIT_SPOOL;
        }
        if (t->ended) {
            await_last_breath(dir, run);
            return EXIT_CLOSED;
        }
        if (!alive) {
            fprintf(stderr, "runner: the worker of %s is gone and its spool is not closed\n", run);
            return EXIT_GONE;
        }
        wait_for_change(t);
    }
}

int tail_run(const char *dir, const char *run, int64_t from) {
    char spool[PATH_ROOM], alive[PATH_ROOM];
    struct tail t = {.fd = -1, .watch = -1, .from = from};
    if (run_path(dir, run, ".spool", spool) && run_path(dir, run, ".alive", alive))
        t.fd = open(spool, O_RDONLY | O_CLOEXEC);
    if (t.fd < 0) {
        fprintf(stderr, "runner: no run %s here: %s\n", run, strerror(errno));
        return EXIT_REFUSED;
    }
    t.watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (t.watch >= 0 && (inotify_add_watch(t.watch, spool, IN_MODIFY) < 0 ||
                         inotify_add_watch(t.watch, alive, IN_CLOSE_WRITE) < 0)) {
        close(t.watch);
        t.watch = -1;
    }
    int code = follow(&t, dir, run);
    text_free(&t.held);
    close(t.fd);
    if (t.watch >= 0)
        close(t.watch);
    return code;
}

int tail_verb(int argc, char **argv) {
    const char *dir = NULL;
    char *end = "x";
    int64_t from = 0;
    if (argc == 5 && name_is_run(argv[0]) && strcmp(argv[1], "--dir") == 0 && strcmp(argv[3], "--from") == 0) {
        dir = argv[2];
        errno = 0;
        from = strtoll(argv[4], &end, 10);
    }
    if (dir == NULL || *end != 0 || end == argv[4] || errno != 0 || from < 0) {
        fprintf(stderr, "runner: tail RUN --dir DIR --from SEQ\n");
        return EXIT_REFUSED;
    }
    return tail_run(dir, argv[0], from);
}
