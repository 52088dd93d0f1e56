/* Names of the runner's files on the board, and small whole-file helpers. */
#ifndef RUNNER_FILES_H
#define RUNNER_FILES_H
#include "codes.h"
#include "job.h"

/* DIR/runs/RUN.EXT into out[PATH_ROOM]; false when too long. */
bool run_path(const char *dir, const char *run, const char *ext, char *out);
bool blob_path(const char *dir, const char *sha256, char *out);
/* Reads a whole file or stream, at most `most` bytes; false with errno (EFBIG: longer). */
bool read_whole(int fd, size_t most, struct text *out);
/* Creates the file anew with these bytes, fsynced; false with errno. */
bool write_whole(const char *path, const void *data, size_t size);
/* runs/RUN.job parsed again by a child; false + words. `text` holds the strings. */
bool job_load(const char *dir, const char *run, struct text *text, struct job *job, char *err, size_t err_size);
/* Every blob that the job names has the content of its name; false + words. */
bool blobs_verify(const char *dir, const struct job *job, char *err, size_t err_size);
/* Read-only view of a file, kept for the process's life; false + words. Empty files are refused. */
bool map_file(const char *path, const void **bytes, size_t *size, char *err, size_t err_size);
/* A blob in memory of our own. */
bool read_blob(const char *dir, const char *sha256, struct text *out);
bool map_blob(const char *dir, const char *sha256, const void **bytes, size_t *size, char *err, size_t err_size);
#endif
