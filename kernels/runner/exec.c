#define _GNU_SOURCE
#include "exec.h"
#include "files.h"
#include "frame.h"
#include "hello.h"
#include "lease.h"
#include "sha256.h"
#include "tail.h"
#include "worker.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct start {
    char dir[PATH_ROOM];
    struct text given, kept; /* the job as parsed (changed in place), and as it came */
    struct job job;
    int lease_fd, alive_fd, spool_fd, log_fd;
};

static int refuse(int code, const char *words) {
    fprintf(stderr, "runner: %s\n", words);
    return code;
}

static int read_job(struct start *st) {
    char err[WORDS_ROOM];
    if (!read_whole(STDIN_FILENO, JOB_BYTES_MAX, &st->given))
        return refuse(EXIT_REFUSED, errno == EFBIG ? "the job is longer than 1 MiB" : "cannot read the job");
    text_bytes(&st->kept, st->given.data, st->given.size);
    if (st->given.size == 0)
        return refuse(EXIT_REFUSED, "the job is empty");
    if (!job_parse(&st->job, st->given.data, st->given.size, err, sizeof err))
        return refuse(EXIT_REFUSED, err);
    return isa_apply(st->job.isa_mask, err, sizeof err) ? 0 : refuse(EXIT_REFUSED, err);
}

static int verify(struct start *st) {
    char hex[SHA256_HEX], err[WORDS_ROOM], path[PATH_ROOM];
    if (!sha256_file("/proc/self/exe", hex))
        return refuse(EXIT_REFUSED, "cannot read /proc/self/exe");
    if (strcmp(hex, st->job.runner) != 0) {
        snprintf(err, sizeof err, "this runner is %.64s, the job wants %.64s", hex, st->job.runner);
        return refuse(EXIT_REFUSED, err);
    }
    if (!blobs_verify(st->dir, &st->job, err, sizeof err))
        return refuse(EXIT_REFUSED, err);
    if (!run_path(st->dir, st->job.run, ".spool", path) || access(path, F_OK) == 0)
        return refuse(EXIT_REFUSED, "this run has a spool already");
    return 0;
}

static int create(const struct start *st, const char *ext, int flags) {
    char path[PATH_ROOM];
    if (!run_path(st->dir, st->job.run, ext, path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
}

static void sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd); /* else the names of fsynced files may be lost */
    close(fd);
}

static int create_files(struct start *st) {
    char path[PATH_ROOM], err[WORDS_ROOM];
    bool good = run_path(st->dir, st->job.run, ".job", path);
    st->spool_fd = create(st, ".spool", O_WRONLY | O_APPEND | O_EXCL);
    if (st->spool_fd < 0 && errno == EEXIST)
        return refuse(EXIT_REFUSED, "this run has a spool already");
    good = good && st->spool_fd >= 0;
    st->alive_fd = good ? create(st, ".alive", O_WRONLY) : -1;
    st->log_fd = good ? create(st, ".log", O_WRONLY | O_APPEND) : -1;
    good = good && st->alive_fd >= 0 && st->log_fd >= 0 && flock(st->alive_fd, LOCK_EX | LOCK_NB) == 0 &&
           write_whole(path, st->kept.data, st->kept.size);
    if (good) {
        snprintf(path, sizeof path, "%.4000s/runs", st->dir);
        sync_folder(path);
        return 0;
    }
    snprintf(err, sizeof err, "cannot write in %.200s/runs: %s", st->dir, strerror(errno));
    return refuse(EXIT_SPOOL, err);
}

/* Descriptors that came with us (an SSH server's, a test's) must not live on in the worker. */
static void close_others(const struct start *st) {
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        int fd = atoi(entry->d_name);
        if (fd > 2 && fd != dirfd(folder) && fd != st->lease_fd && fd != st->alive_fd && fd != st->spool_fd)
            close(fd);
    }
    if (folder != NULL)
        closedir(folder);
}

static void become_worker(struct start *st) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    setsid();
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit shall look like a full disk */
    dup2(null >= 0 ? null : st->log_fd, STDIN_FILENO);
    dup2(st->log_fd, STDOUT_FILENO);
    dup2(st->log_fd, STDERR_FILENO);
    close_others(st);
    lease_sign(st->lease_fd, &st->job);
    if (chdir("/") != 0)
        perror("runner: chdir");
    _exit(worker_main(&st->job, st->dir, st->spool_fd));
}

/* When the worker ended on its own because of the spool, say so instead of "gone". */
static int follow_worker(const struct start *st, pid_t worker) {
    int status, code = tail_run(st->dir, st->job.run, 0);
    if (code == EXIT_GONE && waitpid(worker, &status, 0) == worker && WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return WEXITSTATUS(status);
    return code;
}

static int start_worker(struct start *st) {
    fflush(NULL);
    pid_t worker = fork();
    if (worker < 0)
        return refuse(EXIT_BUG, "cannot fork");
    if (worker == 0)
        become_worker(st);
    close(st->lease_fd); /* both locks now live and die with the worker alone */
    close(st->alive_fd);
    close(st->spool_fd);
    close(st->log_fd);
    return follow_worker(st, worker);
}

static bool prepare_dir(const char *given, char *dir) {
    char path[PATH_ROOM], whole[PATH_MAX];
    if (realpath(given, whole) == NULL || strlen(whole) > PATH_ROOM - 256)
        return false;
    snprintf(dir, PATH_ROOM, "%s", whole);
    snprintf(path, sizeof path, "%.4000s/runs", dir);
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

int exec_verb(int argc, char **argv) {
    static struct start st;
    char words[WORDS_ROOM];
    int code;
    if (argc != 2 || strcmp(argv[0], "--dir") != 0)
        return refuse(EXIT_REFUSED, "exec --dir DIR, with the job on stdin");
    if ((code = read_job(&st)) != 0)
        return code;
    if (!prepare_dir(argv[1], st.dir))
        return refuse(EXIT_SPOOL, "cannot use the folder given by --dir");
    if ((code = verify(&st)) != 0)
        return code;
    enum lease_result lease = lease_take(&st.job, &st.lease_fd, words, sizeof words);
    if (lease != LEASE_TAKEN)
        return refuse(lease == LEASE_HELD ? EXIT_LEASED : EXIT_REFUSED, words);
    if ((code = create_files(&st)) != 0)
        return code;
    return start_worker(&st);
}
