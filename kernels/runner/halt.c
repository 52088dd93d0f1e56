#define _GNU_SOURCE
#include "../board/board.h"
#include "child.h"
#include "files.h"
#include "state.h"
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define GRACE_S 20 /* for closing the items; then the kernel ends us */

static void on_term(int signal) {
    (void)signal;
    child_halt_asked = 1;
}

static struct itimerspec at_boot_ns(int64_t ns) {
    struct itimerspec at = {{0, 0}, {0, 0}};
    at.it_value.tv_sec = (time_t)(ns / 1000000000);
    at.it_value.tv_nsec = (long)(ns % 1000000000);
    return at;
}

/* CLOCK_BOOTTIME: a lease of five minutes ends after five minutes even when the board slept in between. */
void halt_prepare(struct worker *w) {
    struct sigaction action = {.sa_handler = on_term};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    timer_t backstop;
    w->deadline_boot_ns = clock_boot_ns() + w->job->deadline_s * 1000000000;
    struct itimerspec at = at_boot_ns(w->deadline_boot_ns);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGALRM, SIG_DFL);
    w->deadline_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (w->deadline_fd >= 0)
        timerfd_settime(w->deadline_fd, TFD_TIMER_ABSTIME, &at, NULL);
    if (timer_create(CLOCK_BOOTTIME, &event, &backstop) == 0) {
        at = at_boot_ns(w->deadline_boot_ns + GRACE_S * 1000000000LL);
        timer_settime(backstop, TIMER_ABSTIME, &at, NULL);
    }
}

bool halted(struct worker *w) {
    char path[PATH_ROOM];
    if (w->halt != HALT_NO)
        return true;
    if (clock_boot_ns() >= w->deadline_boot_ns)
        w->halt = HALT_DEADLINE;
    else if (child_halt_asked || (run_path(w->dir, w->job->run, ".cancel", path) && access(path, F_OK) == 0))
        w->halt = HALT_CANCELLED;
    return w->halt != HALT_NO;
}

void halt_rest(struct worker *w, int64_t ns) {
    int64_t until_ns = clock_now_ns() + ns;
    struct pollfd p = {.fd = w->deadline_fd, .events = POLLIN};
    for (int64_t left; (left = until_ns - clock_now_ns()) > 0;) {
        struct timespec t = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
        if (ppoll(&p, 1, &t, NULL) > 0 || child_halt_asked)
            return;
    }
}
