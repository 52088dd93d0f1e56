/* SHA-256 (FIPS 180-4), whole and in pieces. */
#ifndef RUNNER_SHA256_H
#define RUNNER_SHA256_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX 65 /* 64 digits and NUL */
struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t block[64];
};
void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t size);
/* The digest so far; `s` can take more afterwards. */
void sha256_hex(const struct sha256 *s, char hex[SHA256_HEX]);
void sha256_of(const void *data, size_t size, char hex[SHA256_HEX]);
/* Digest of a file; false when it cannot be read whole. */
bool sha256_file(const char *path, char hex[SHA256_HEX]);
#endif
