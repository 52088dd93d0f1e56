#define _GNU_SOURCE
#include "hold.h"
#include "codes.h"
#include "lease.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* argv: LEASE HOLDER SECONDS PROGRAM [WORDS]. The lock and the alarm both survive exec: the program holds the lease for
 * as long as it lives, and that is SECONDS at most. */
int hold_verb(int argc, char **argv) {
    struct job job = {.run = "check", .deadline_s = argc > 3 ? strtoll(argv[2], NULL, 10) : 0};
    char words[WORDS_ROOM];
    int fd;
    if (job.deadline_s < 1 || job.deadline_s > 86400) {
        fprintf(stderr, "runner: hold LEASE HOLDER SECONDS PROGRAM [WORDS]\n");
        return EXIT_REFUSED;
    }
    job.lease = argv[0], job.holder = argv[1];
    enum lease_result taken = lease_take(&job, &fd, words, sizeof words);
    if (taken != LEASE_TAKEN) {
        fprintf(stderr, "runner: %s\n", words);
        return taken == LEASE_HELD ? EXIT_LEASED : EXIT_BUG;
    }
    fcntl(fd, F_SETFD, 0);
    alarm((unsigned)job.deadline_s);
    execv(argv[3], argv + 3);
    fprintf(stderr, "runner: cannot start %s: %s\n", argv[3], strerror(errno));
    return EXIT_BUG;
}
