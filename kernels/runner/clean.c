/* `cancel`, and `clean`: it removes what the runner and its pushes made, and nothing else that lies in DIR. */
#define _GNU_SOURCE
#include "clean.h"
#include "files.h"
#include "tail.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_file(const char *dir, const char *run, const char *ext) {
    char path[PATH_ROOM];
    return run_path(dir, run, ext, path) && access(path, F_OK) == 0;
}

int cancel_verb(int argc, char **argv) {
    char path[PATH_ROOM];
    if (argc != 3 || !name_is_run(argv[0]) || strcmp(argv[1], "--dir") != 0) {
        fprintf(stderr, "runner: cancel RUN --dir DIR\n");
        return EXIT_REFUSED;
    }
    if (!has_file(argv[2], argv[0], ".spool") && !has_file(argv[2], argv[0], ".job")) {
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

typedef bool each_name(const char *dir, const char *path, const char *name);

/* Calls `each` for every plain name in DIR/sub; returns for how many it said no. */
static int for_each(const char *dir, const char *sub, each_name *each) {
    char folder[PATH_ROOM], path[PATH_ROOM];
    int refused = 0;
    if (snprintf(folder, sizeof folder, "%s/%s", dir, sub) >= PATH_ROOM)
        return 1;
    DIR *open_folder = opendir(folder);
    struct dirent *entry;
    while (open_folder != NULL && (entry = readdir(open_folder)) != NULL)
        if (entry->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%.3800s/%s", folder, entry->d_name) < PATH_ROOM)
            refused += !each(dir, path, entry->d_name);
    if (open_folder != NULL)
        closedir(open_folder);
    return refused;
}

/* One lock a run: the others of its files are not asked. */
static bool is_no_living_lock(const char *dir, const char *path, const char *name) {
    char run[NAME_ROOM];
    (void)path;
    return !run_of(name, run) || strcmp(name + strlen(run), ".alive") != 0 || !run_is_alive(dir, run);
}

/* A living run keeps its files; what is not ours is neither removed nor in the way. */
static bool remove_run_file(const char *dir, const char *path, const char *name) {
    char run[NAME_ROOM];
    return !run_of(name, run) || run_is_alive(dir, run) || unlink(path) == 0 || errno == ENOENT;
}

static bool remove_blob(const char *dir, const char *path, const char *name) {
    (void)dir;
    /* 64 digits, and what a broken push left behind them (".tmp") */
    return strspn(name, "0123456789abcdef") != 64 || unlink(path) == 0 || errno == ENOENT;
}

/* `runner`, and what a broken push left behind it ("runner.1a2b.tmp"). */
static bool is_runner_file(const char *name) {
    return strcmp(name, "runner") == 0 || strncmp(name, "runner.", 7) == 0;
}

static bool is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

/* Whether all that the folder holds are runner files. */
static bool is_runner_folder(DIR *folder) {
    struct dirent *entry;
    struct stat info;
    while ((entry = readdir(folder)) != NULL)
        if (!is_dots(entry->d_name) &&
            (!is_runner_file(entry->d_name) ||
             fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)))
            return false;
    rewinddir(folder);
    return true;
}

/* Asked by inode: the folder may be named otherwise than it should. Opened first: emulators know that way alone. */
static bool holds_us(DIR *folder) {
    struct stat us, there;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    bool known = fd >= 0 && fstat(fd, &us) == 0;
    if (fd >= 0)
        close(fd);
    if (!known)
        return true; /* when in doubt, keep it */
    return fstatat(dirfd(folder), "runner", &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_dev == us.st_dev &&
           there.st_ino == us.st_ino;
}

static bool remove_folder(const char *path, bool ours_too) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    bool good = true;
    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return true; /* a file or a link of that name: not ours */
    }
    bool remove = is_runner_folder(folder) && (ours_too || !holds_us(folder));
    while (remove && (entry = readdir(folder)) != NULL)
        if (!is_dots(entry->d_name))
            good = unlinkat(dirfd(folder), entry->d_name, 0) == 0 && good;
    closedir(folder);
    return !remove || (rmdir(path) == 0 && good);
}

static bool remove_other_runner(const char *dir, const char *path, const char *name) {
    (void)dir;
    return !name_is_sha256(name) || remove_folder(path, false);
}

static bool remove_any_runner(const char *dir, const char *path, const char *name) {
    (void)dir;
    /* runs and blobs go when nothing of others lies in them */
    if (strcmp(name, "runs") == 0 || strcmp(name, "blobs") == 0)
        return rmdir(path) == 0 || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR;
    return !name_is_sha256(name) || remove_folder(path, true);
}

int clean_verb(int argc, char **argv) {
    bool all = argc == 3 && strcmp(argv[2], "--all") == 0;
    if ((argc != 2 && !all) || strcmp(argv[0], "--dir") != 0) {
        fprintf(stderr, "runner: clean --dir DIR [--all]\n");
        return EXIT_REFUSED;
    }
    const char *dir = argv[1];
    int kept = for_each(dir, "runs", remove_run_file);
    int alive = for_each(dir, "runs", is_no_living_lock);
    if (alive > 0) { /* it still reads its blobs, and starts its runner again for every repetition */
        fprintf(stderr, "runner: %d run%s alive here\n", alive, alive == 1 ? " is" : "s are");
        return EXIT_LEASED;
    }
    kept += for_each(dir, "blobs", remove_blob);
    kept += for_each(dir, ".", all ? remove_any_runner : remove_other_runner);
    if (kept > 0)
        fprintf(stderr, "runner: %d names in %s cannot be removed\n", kept, dir);
    return kept > 0 ? EXIT_SPOOL : EXIT_CLOSED;
}
