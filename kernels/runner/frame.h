/* HB1 lines: `HB1 <seq> <length> <crc32c> <json>\n`, on a stream or appended to a spool that survives a power cut. */
#ifndef RUNNER_FRAME_H
#define RUNNER_FRAME_H
#include "text.h"

#define FRAME_MAX 65536 /* bytes of a line */
struct spool {
    int fd;
    int64_t seq; /* of the next frame = frames written */
};
uint32_t crc32c(const void *data, size_t size);
void frame_line(struct text *out, int64_t seq, const struct text *json);
/* Append and fdatasync. A spool that cannot be written ends the process with EXIT_SPOOL: what is not
 * kept must not be measured. */
void spool_put(struct spool *s, const struct text *json);
/* All of size bytes, or false. */
bool write_all(int fd, const void *data, size_t size);
#endif
