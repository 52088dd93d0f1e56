#include "compare.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double element(const void *bytes, size_t i, bool is_float) {
    float f;
    int32_t n;
    if (is_float) {
        memcpy(&f, (const char *)bytes + 4 * i, 4);
        return (double)f;
    }
    memcpy(&n, (const char *)bytes + 4 * i, 4);
    return n;
}

static bool same_bytes(const void *got, const void *want, size_t size, char *words, size_t words_size) {
    const unsigned char *a = got, *b = want;
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i]) {
            snprintf(words, words_size, "byte %zu of the output: want %u got %u", i, b[i], a[i]);
            return false;
        }
    return true;
}

bool outputs_match(const void *got, size_t got_bytes, const void *want, size_t want_bytes, bool is_float, int64_t ppm,
                   char *words, size_t words_size) {
    double largest = 0;
    words[0] = 0;
    if (got_bytes != want_bytes) {
        snprintf(words, words_size, "an output of %zu bytes, want %zu", got_bytes, want_bytes);
        return false;
    }
    if (want_bytes % 4 != 0 || (ppm == 0 && !is_float))
        return same_bytes(got, want, want_bytes, words, words_size);
    for (size_t i = 0; i < want_bytes / 4; i++)
        largest = fmax(largest, fabs(element(want, i, is_float)));
    for (size_t i = 0; i < want_bytes / 4; i++) {
        double x = element(got, i, is_float), y = element(want, i, is_float);
        if (!(fabs(x - y) <= (double)ppm * 1e-6 * largest)) { /* so that NaN fails */
            snprintf(words, words_size, "output %zu: want %.9g got %.9g, tolerance %.3g", i, y, x,
                     (double)ppm * 1e-6 * largest);
            return false;
        }
    }
    return true;
}
