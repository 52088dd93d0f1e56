#define _GNU_SOURCE
#include "../board/board.h"
#include "lease.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without O_CREAT first: in a sticky folder the kernel refuses O_CREAT on another user's file
 * (fs.protected_regular). A file we may only read can still be locked, it just keeps its old content. */
static int open_lease(const char *path) {
    int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    for (int tries = 0;; tries++) {
        int fd = open(path, O_RDWR | flags);
        if (fd < 0 && (errno == EACCES || errno == EROFS))
            fd = open(path, O_RDONLY | flags);
        if (fd >= 0 || errno != ENOENT)
            return fd;
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | flags, 0666);
        if (fd >= 0)
            fchmod(fd, 0666); /* past the umask: the next user needs it too */
        if (fd >= 0 || (errno != EEXIST && errno != EACCES) || tries > 0)
            return fd; /* else somebody was faster: theirs is the lease */
    }
}

/* Whether the content was written by somebody who still lives: a holder that may not write leaves the words of the
 * one before. */
static bool is_signed(const char *text) {
    const char *run = strchr(text, '\n'), *process = run != NULL ? strchr(run + 1, '\n') : NULL;
    long pid = process != NULL ? atol(process + 1) : 0;
    return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

/* Content: "<deadline, CLOCK_BOOTTIME s> <holder>\n<run>\n<process>\n"; a holder just starting may not have
 * written it yet. */
static void describe_holder(int fd, char *words, size_t size) {
    char text[512] = "";
    for (int tries = 0; tries < 10; tries++) {
        ssize_t n = pread(fd, text, sizeof text - 1, 0);
        text[n > 0 ? n : 0] = 0;
        if (is_signed(text))
            break;
        usleep(20000);
    }
    if (!is_signed(text))
        text[0] = 0;
    char *holder = strchr(text, ' ');
    long long left = atoll(text) - clock_boot_ns() / 1000000000;
    text[strcspn(text, "\n")] = 0;
    for (char *c = text; *c != 0; c++) /* the file is anybody's, the terminal is ours */
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    snprintf(words, size, "leased by %.256s, %lld s left", holder != NULL ? holder + 1 : "unknown",
             left > 0 ? left : 0);
}

enum lease_result lease_take(const struct job *job, int *fd, char *words, size_t size) {
    *fd = open_lease(job->lease);
    if (*fd < 0) {
        snprintf(words, size, "cannot open the lease %.200s: %s", job->lease, strerror(errno));
        return LEASE_BROKEN;
    }
    int failed = flock(*fd, LOCK_EX | LOCK_NB);
    for (int tries = 0; failed && errno == EWOULDBLOCK && tries < 3; tries++) {
        usleep(10000); /* a guard looks at it for a moment now and then */
        failed = flock(*fd, LOCK_EX | LOCK_NB);
    }
    if (failed) {
        bool held = errno == EWOULDBLOCK;
        if (held)
            describe_holder(*fd, words, size);
        else
            snprintf(words, size, "cannot lock the lease %.200s: %s", job->lease, strerror(errno));
        close(*fd);
        return held ? LEASE_HELD : LEASE_BROKEN;
    }
    lease_sign(*fd, job);
    return LEASE_TAKEN;
}

void lease_sign(int fd, const struct job *job) {
    char text[512];
    long long deadline = clock_boot_ns() / 1000000000 + job->deadline_s;
    int n = snprintf(text, sizeof text, "%lld %s\n%s\n%ld\n", deadline, job->holder, job->run, (long)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) != n)
        (void)!ftruncate(fd, 0); /* a full /run/lock: the lock counts, its content is a courtesy */
}
