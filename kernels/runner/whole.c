#define _GNU_SOURCE
#include "whole.h"
#include "../board/board.h"
#include "codes.h"
#include "files.h"
#include "frame.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (32 << 20)
#define WARMUPS 2

/* One process from its start to its end, its stdout kept in *out. False: words were said. */
static bool once(const char *const *argv, struct text *out, int64_t *cpu_ns) {
    posix_spawn_file_actions_t files;
    struct rusage used;
    int ends[2], status;
    pid_t pid;
    text_free(out);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    int failed = posix_spawnp(&pid, argv[0], &files, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    if (failed)
        fprintf(stderr, "runner: cannot start %s: %s\n", argv[0], strerror(failed));
    bool good = failed == 0 && read_whole(ends[0], OUTPUT_MAX, out);
    close(ends[0]);
    if (failed || wait4(pid, &status, 0, &used) != pid)
        return false;
    *cpu_ns += ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000 +
               ((int64_t)used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000;
    if (!good || status != 0)
        fprintf(stderr, "runner: status %d of the command, or over %d bytes came from it\n",
                WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), OUTPUT_MAX);
    return good && status == 0;
}

/* A sample of `*count` processes, or of as many as `window_ns` takes; returns its duration, 0 = words were said. */
static int64_t sample(const char *const *argv, int64_t *count, int64_t window_ns, struct text *out, struct text *line) {
    int64_t begin_ns = clock_now_ns(), end_ns = begin_ns, cpu_ns = 0, done = 0;
    for (; done < *count || end_ns - begin_ns < window_ns; done++) {
        if (!once(argv, out, &cpu_ns))
            return 0;
        end_ns = clock_now_ns();
    }
    *count = done;
    text_add(line, "sample %lld %lld %lld\n", (long long)begin_ns, (long long)end_ns, (long long)cpu_ns);
    return end_ns - begin_ns;
}

int whole_run(const char *const *argv, const struct job *job, const struct job_item *item) {
    struct text outputs[2] = {0}, lines = {0}, to = {0};
    const char *wish = getenv("HARNESS_WINDOW_NS");
    int64_t window_ns = wish != NULL ? atoll(wish) : 0, began_ns = clock_now_ns();
    int64_t warm = 0, first_ns = 0, fastest_ns = INT64_MAX, count = 1;
    fcntl(RESULT_FD, F_SETFD, FD_CLOEXEC);
    for (; warm < WARMUPS || clock_now_ns() - began_ns < job->warmup_ns; warm++) {
        int64_t took_ns = sample(argv, &count, 0, &outputs[0], &lines);
        if (took_ns == 0)
            return EXIT_FAILURE;
        first_ns = warm == 0 ? took_ns : first_ns;
        fastest_ns = took_ns < fastest_ns ? took_ns : fastest_ns;
    }
    text_free(&lines); /* those were not asked for */
    if (window_ns == 0)
        count = (job->sample_min_ns + fastest_ns - 1) / fastest_ns;
    for (int64_t i = 0; i < (window_ns > 0 ? 1 : job->samples); i++)
        if (sample(argv, &count, window_ns, &outputs[1], &lines) == 0)
            return EXIT_FAILURE;
    text_add(&to, "runtime whole process\nexecuted %s\niterations %lld warmup %lld\n", item->scheme, (long long)count,
             (long long)warm);
    text_add(&to, "load_ns 0 first_ns %lld weights_bytes 0\n", (long long)first_ns);
    if (window_ns > 0)
        text_add(&to, "inferences %lld\n", (long long)count);
    text_bytes(&to, lines.data, lines.size);
    for (size_t i = 0; i < 2; i++) {
        text_add(&to, "output %s %zu\n", i == 0 ? "before" : "after", outputs[i].size);
        text_bytes(&to, outputs[i].data, outputs[i].size);
    }
    text_add(&to, "done\n");
    return write_all(RESULT_FD, to.data, to.size) ? 0 : EXIT_FAILURE;
}
