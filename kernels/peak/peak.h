/* The board's own limits: register-only loops per precision (several loop forms each; the best counts) and
 * read bandwidth. Knows nothing of kernels; the caller times by calling run(). */
#ifndef PEAK_PEAK_H
#define PEAK_PEAK_H
#include <stdint.h>
#include <stddef.h>

struct peak_loop {
    const char *name;    /* e.g. "xorpopcnt_avx512vpopcnt_12acc" */
    const char *unit;    /* w1a1 | w8a8 | fp32 : the precision whose kernels are held against it */
    uint32_t needs;      /* isa_feature bits */
    double ops_per_iter; /* counted as kernels count: multiply and add = 2 per pair */
    void (*run)(uint64_t iterations);
};
extern const struct peak_loop peak_loops[];
extern const size_t peak_loop_count;

/* Hz of this core right now, by a timed chain of dependent adds lasting about `ns`. */
double peak_clock_hz(uint64_t ns);
/* Best of the usable loops of `unit` in ops/s: each loop is timed (thread CPU time) `tries` times for about `ns`;
 * *name = the winner. 0 when there is none. */
double peak_measure(const char *unit, uint32_t features, uint64_t ns, unsigned tries, const char **name);
/* The same for one loop. */
double peak_measure_loop(const struct peak_loop *loop, uint64_t ns, unsigned tries);
/* Bytes/s of reading `bytes` again and again. */
double peak_read_bandwidth(size_t bytes, uint64_t ns);
#endif
