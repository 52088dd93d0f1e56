#define _GNU_SOURCE
#include "clean.h"
#include "files.h"
#include "tail.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cancel_verb(int argc, char **argv) {
    char path[PATH_ROOM];
    if (argc != 3 || !name_is_run(argv[0]) || strcmp(argv[1], "--dir") != 0) {
        fprintf(stderr, "runner: cancel RUN --dir DIR\n");
        return EXIT_REFUSED;
    }
    if (!run_path(argv[2], argv[0], ".spool", path) || access(path, F_OK) != 0) {
        fprintf(stderr, "runner: no run %s here\n", argv[0]);
        return EXIT_REFUSED;
    }
    int fd = run_path(argv[2], argv[0], ".cancel", path) ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0) {
        fprintf(stderr, "runner: cannot write %s: %s\n", path, strerror(errno));
        return EXIT_SPOOL;
    }
    close(fd);
    return EXIT_CLOSED;
}

/* The run that a file in runs/ belongs to: its name up to the first of our endings. A run's name may hold dots. */
static bool run_of(const char *file, char run[NAME_ROOM]) {
    static const char *const endings[] = {".job", ".spool", ".log", ".alive", ".cancel"};
    size_t size = strlen(file);
    if (size >= NAME_ROOM)
        return false;
    snprintf(run, NAME_ROOM, "%s", file);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (size > n && strcmp(file + size - n, endings[i]) == 0) {
            run[size - n] = 0;
            return name_is_run(run);
        }
    }
    char *dot = strstr(run, ".ref.");
    if (dot == NULL)
        return false;
    *dot = 0;
    return name_is_run(run);
}

/* Calls `each` for every plain name in DIR/sub; returns how many it could not remove. */
static int for_each(const char *dir, const char *sub,
                    bool (*each)(const char *dir, const char *path, const char *name)) {
    char folder[PATH_ROOM], path[PATH_ROOM];
    int kept = 0;
    if (snprintf(folder, sizeof folder, "%s/%s", dir, sub) >= PATH_ROOM)
        return 1;
    DIR *open_folder = opendir(folder);
    struct dirent *entry;
    while (open_folder != NULL && (entry = readdir(open_folder)) != NULL)
        if (entry->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%.3800s/%s", folder, entry->d_name) < PATH_ROOM)
            kept += !each(dir, path, entry->d_name);
    if (open_folder != NULL)
        closedir(open_folder);
    return kept;
}

static bool remove_run_file(const char *dir, const char *path, const char *name) {
    char run[NAME_ROOM];
    if (!run_of(name, run))
        return true; /* not ours: neither removed nor in the way */
    if (run_is_alive(dir, run))
        return false;
    return unlink(path) == 0;
}

static bool remove_blob(const char *dir, const char *path, const char *name) {
    (void)dir;
    /* 64 digits, and what a broken push left behind them (".tmp") */
    return strspn(name, "0123456789abcdef") != 64 || unlink(path) == 0;
}

int clean_verb(int argc, char **argv) {
    if (argc != 2 || strcmp(argv[0], "--dir") != 0) {
        fprintf(stderr, "runner: clean --dir DIR\n");
        return EXIT_REFUSED;
    }
    /* A living run still reads its blobs. */
    if (for_each(argv[1], "runs", remove_run_file) > 0) {
        fprintf(stderr, "runner: a run is alive or its files cannot be removed; blobs stay\n");
        return EXIT_CLOSED;
    }
    return for_each(argv[1], "blobs", remove_blob) > 0 ? EXIT_SPOOL : EXIT_CLOSED;
}
