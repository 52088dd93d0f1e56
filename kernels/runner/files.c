#define _GNU_SOURCE
#include "files.h"
#include "frame.h"
#include "sha256.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool run_path(const char *dir, const char *run, const char *ext, char *out) {
    return snprintf(out, PATH_ROOM, "%s/runs/%s%s", dir, run, ext) < PATH_ROOM;
}

bool blob_path(const char *dir, const char *sha256, char *out) {
    return snprintf(out, PATH_ROOM, "%s/blobs/%s", dir, sha256) < PATH_ROOM;
}

bool read_whole(int fd, size_t most, struct text *out) {
    char piece[1 << 14];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        text_bytes(out, piece, (size_t)n);
        if (out->size > most) {
            errno = EFBIG;
            return false;
        }
    }
}

bool write_whole(const char *path, const void *data, size_t size) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    bool good = write_all(fd, data, size) && fsync(fd) == 0;
    int kept = errno;
    close(fd);
    errno = kept;
    return good;
}

bool job_load(const char *dir, const char *run, struct text *text, struct job *job, char *err, size_t err_size) {
    char path[PATH_ROOM];
    int fd = run_path(dir, run, ".job", path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool good = fd >= 0 && read_whole(fd, JOB_BYTES_MAX, text) && text->size > 0;
    if (!good)
        snprintf(err, err_size, "cannot read the kept job: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return good && job_parse(job, text->data, text->size, err, err_size);
}

static bool verify(const char *dir, const char *sha256, char *err, size_t err_size) {
    char path[PATH_ROOM], hex[SHA256_HEX];
    if (!blob_path(dir, sha256, path) || !sha256_file(path, hex)) {
        snprintf(err, err_size, "blob %.64s cannot be read: %s", sha256, strerror(errno));
        return false;
    }
    if (strcmp(hex, sha256) != 0)
        snprintf(err, err_size, "blob %.64s holds other bytes: %.64s", sha256, hex);
    return strcmp(hex, sha256) == 0;
}

/* Names an item's blobs one by one; NULL at the end. */
static const char *blob_of(const struct job_item *item, int64_t i) {
    const char *fixed[3] = {item->plan, item->input, item->expected};
    if (i < 3)
        return fixed[i] != NULL ? fixed[i] : "";
    if (i - 3 >= item->arg_count)
        return NULL;
    return strncmp(item->args[i - 3], "blob:", 5) == 0 ? item->args[i - 3] + 5 : "";
}

static bool seen_before(const struct job *job, size_t index, int64_t which, const char *name) {
    for (size_t i = index; i-- > 0;)
        for (int64_t b = 0; blob_of(&job->items[i], b) != NULL; b++)
            if (strcmp(blob_of(&job->items[i], b), name) == 0)
                return true;
    for (int64_t b = 0; b < which; b++)
        if (strcmp(blob_of(&job->items[index], b), name) == 0)
            return true;
    return false;
}

bool blobs_verify(const char *dir, const struct job *job, char *err, size_t err_size) {
    for (size_t i = 0; i < job->item_count; i++)
        for (int64_t b = 0; blob_of(&job->items[i], b) != NULL; b++) {
            const char *name = blob_of(&job->items[i], b);
            if (name[0] != 0 && !seen_before(job, i, b, name) && !verify(dir, name, err, err_size))
                return false;
        }
    return true;
}

bool map_file(const char *path, const void **bytes, size_t *size, char *err, size_t err_size) {
    struct stat info;
    void *view = MAP_FAILED;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &info) == 0 && info.st_size > 0 && (uint64_t)info.st_size <= SIZE_MAX / 2)
        view = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (view == MAP_FAILED)
        snprintf(err, err_size, "cannot map %.200s: %s", path, fd >= 0 ? "empty or too large" : strerror(errno));
    if (fd >= 0)
        close(fd);
    if (view == MAP_FAILED)
        return false;
    *bytes = view;
    *size = (size_t)info.st_size;
    return true;
}

bool map_blob(const char *dir, const char *sha256, const void **bytes, size_t *size, char *err, size_t err_size) {
    char path[PATH_ROOM];
    return blob_path(dir, sha256, path) && map_file(path, bytes, size, err, err_size);
}

bool read_blob(const char *dir, const char *sha256, struct text *out) {
    char path[PATH_ROOM];
    int fd = blob_path(dir, sha256, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    bool good = read_whole(fd, SIZE_MAX / 2, out);
    close(fd);
    return good;
}
