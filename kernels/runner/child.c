#define _GNU_SOURCE
#include "../board/board.h"
#include "child.h"
#include "codes.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANCEL_LOOK_MS 100

volatile int child_halt_asked;

static pid_t start(const struct child_spec *spec, int result_fd) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t all, none;
    pid_t pid = -1;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, result_fd, RESULT_FD);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setpgroup(&attr, 0); /* a group of its own, to be killed as a whole */
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    int failed = posix_spawn(&pid, "/proc/self/exe", &files, &attr, (char *const *)spec->argv, spec->env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    if (failed)
        fprintf(stderr, "runner: cannot start a child: %s\n", strerror(failed));
    return failed ? -1 : pid;
}

/* One wait on pipe and deadline; returns the fate so far, CHILD_EXITED meaning nothing is wrong. */
static enum child_fate wait_some(const struct child_spec *spec, int fd, int64_t until_ns, bool *readable) {
    struct pollfd p[2] = {{.fd = spec->deadline_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    int64_t left_ms = (until_ns - clock_now_ns() + 999999) / 1000000;
    *readable = false;
    if (left_ms <= 0)
        return CHILD_TIMEOUT;
    int64_t most_ms = spec->cancel != NULL ? CANCEL_LOOK_MS : INT32_MAX;
    int n = poll(p, fd >= 0 ? 2 : 1, (int)(left_ms < most_ms ? left_ms : most_ms));
    if (child_halt_asked || (n > 0 && p[0].revents) ||
        (spec->cancel != NULL && access(spec->cancel, F_OK) == 0))
        return CHILD_HALTED;
    *readable = n > 0 && p[1].revents != 0;
    return CHILD_EXITED;
}

static enum child_fate drain(const struct child_spec *spec, int fd, int64_t until_ns, struct text *out) {
    char piece[1 << 16];
    for (;;) {
        bool readable;
        enum child_fate fate = wait_some(spec, fd, until_ns, &readable);
        if (fate != CHILD_EXITED)
            return fate;
        if (!readable)
            continue;
        ssize_t n = read(fd, piece, sizeof piece);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return CHILD_EXITED;
        if (n > 0)
            text_bytes(out, piece, (size_t)n);
        if (out->size > spec->most)
            return CHILD_FLOOD;
    }
}

/* After the pipe closed only the exit is left; it is near, so short naps will do. */
static enum child_fate wait_exit(const struct child_spec *spec, pid_t pid, int64_t until_ns) {
    int64_t nap_ns = 200000;
    for (;;) {
        siginfo_t info = {0};
        bool readable;
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
            return CHILD_EXITED;
        int64_t wake_ns = clock_now_ns() + nap_ns;
        enum child_fate fate = wait_some(spec, -1, wake_ns < until_ns ? wake_ns : until_ns, &readable);
        if (fate == CHILD_HALTED || clock_now_ns() >= until_ns)
            return fate == CHILD_HALTED ? fate : CHILD_TIMEOUT;
        nap_ns = nap_ns < 50000000 ? nap_ns * 2 : nap_ns;
    }
}

/* How many processes the kernel has killed for want of memory since it booted; -1 = it does not say. */
static int64_t oom_kills(void) {
    static const char name[] = "\noom_kill ";
    char text[16 << 10];
    const char *at = board_read("/", "/proc/vmstat", text, sizeof text) > 0 ? strstr(text, name) : NULL;
    return at != NULL ? atoll(at + strlen(name)) : -1;
}

void child_run(const struct child_spec *spec, struct child_end *end) {
    int pipe_fds[2];
    memset(end, 0, sizeof *end);
    end->fate = CHILD_UNSTARTED;
    int64_t kills = oom_kills();
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return;
    fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
    end->began_ns = clock_now_ns();
    pid_t pid = start(spec, pipe_fds[1]);
    close(pipe_fds[1]);
    if (pid > 0) {
        int64_t until_ns = end->began_ns + spec->timeout_ns;
        end->fate = drain(spec, pipe_fds[0], until_ns, &end->output);
        if (end->fate == CHILD_EXITED)
            end->fate = wait_exit(spec, pid, until_ns);
        kill(-pid, SIGKILL); /* also what a finished child left behind in its group */
        kill(pid, SIGKILL);
        while (wait4(pid, &end->status, 0, &end->usage) < 0 && errno == EINTR)
            ;
        /* a machine that shuts down sends SIGTERM to everybody: that is the run's end too */
        if (end->fate == CHILD_EXITED && child_halt_asked && WIFSIGNALED(end->status) &&
            WTERMSIG(end->status) == SIGTERM)
            end->fate = CHILD_HALTED;
    }
    end->ended_ns = clock_now_ns();
    end->oom_killed = kills >= 0 && oom_kills() > kills;
    close(pipe_fds[0]);
}

static const char *signal_name(int number) {
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGILL, "SIGILL"},   {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
                 {SIGABRT, "SIGABRT"}, {SIGKILL, "SIGKILL"}, {SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"},
                 {SIGSYS, "SIGSYS"},   {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGPIPE, "SIGPIPE"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return names[i].name;
    return "?";
}

bool child_words(const struct child_end *end, const char *what, int64_t timeout_s, char *words, size_t size) {
    int signal = end->fate == CHILD_EXITED && WIFSIGNALED(end->status) ? WTERMSIG(end->status) : 0;
    words[0] = 0;
    if (end->fate == CHILD_TIMEOUT)
        snprintf(words, size, "not done after %lld s: %s", (long long)timeout_s, what);
    else if (end->fate == CHILD_HALTED)
        snprintf(words, size, "ended with the run: %s", what);
    else if (end->fate == CHILD_FLOOD)
        snprintf(words, size, "more bytes than it may write on its result pipe: %s", what);
    else if (end->fate == CHILD_UNSTARTED)
        snprintf(words, size, "cannot start a process for %s", what);
    else if (signal != 0)
        snprintf(words, size, "signal %d (%s) in %s%s", signal, signal_name(signal), what,
                 signal != SIGKILL ? ""
                 : end->oom_killed ? ": out of memory, says the kernel"
                                   : ", perhaps out of memory");
    else if (WEXITSTATUS(end->status) != 0)
        snprintf(words, size, "exit status %d of %s", WEXITSTATUS(end->status), what);
    return words[0] != 0;
}
