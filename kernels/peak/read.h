/* Loops that load and do nothing else: an empty asm statement takes each value. */
#ifndef PEAK_READ_H
#define PEAK_READ_H
#include "loop.h"
#include "peak.h"

enum { READ_STEP = PEAK_READ_STEP, READ_AHEAD = 1024, READ_LINE = 64 };

/* `type` is what one load takes. Buffers are whole steps in each quarter, aligned to 64 bytes. */
#define PEAK_READS(isa, class, type)                                                                                   \
    static inline __attribute__((always_inline)) void take(const char *at, size_t bytes) {                             \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < bytes; i += sizeof(type)) {                          \
            type value = *(const type *)(const void *)(at + i);                                                        \
            USED(class, value);                                                                                        \
        }                                                                                                              \
    }                                                                                                                  \
    void peak_read_forward__##isa(const void *from, size_t bytes);                                                     \
    void peak_read_forward__##isa(const void *from, size_t bytes) {                                                    \
        const char *at = from;                                                                                         \
        for (const char *end = at + bytes; at < end; at += READ_STEP)                                                  \
            take(at, READ_STEP);                                                                                       \
    }                                                                                                                  \
    void peak_read_four__##isa(const void *from, size_t bytes);                                                        \
    void peak_read_four__##isa(const void *from, size_t bytes) {                                                       \
        const char *at = from;                                                                                         \
        const size_t quarter = bytes / 4;                                                                              \
        for (const char *end = at + quarter; at < end; at += READ_STEP / 4)                                            \
            _Pragma("clang loop unroll(full)") for (size_t q = 0; q < 4; q++) take(at + q * quarter, READ_STEP / 4);   \
    }                                                                                                                  \
    void peak_read_ahead__##isa(const void *from, size_t bytes);                                                       \
    void peak_read_ahead__##isa(const void *from, size_t bytes) {                                                      \
        const char *at = from;                                                                                         \
        for (const char *end = at + bytes; at < end; at += READ_STEP) {                                                \
            _Pragma("clang loop unroll(full)") for (size_t i = 0; i < READ_STEP; i += READ_LINE)                       \
                __builtin_prefetch(at + READ_AHEAD + i);                                                               \
            take(at, READ_STEP);                                                                                       \
        }                                                                                                              \
    }
#endif
