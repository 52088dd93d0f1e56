/* The board's own limits: register-only loops per precision (several loop forms each; the best counts) and
 * read bandwidth. Knows nothing of kernels; the caller times by calling run(). */
#ifndef PEAK_PEAK_H
#define PEAK_PEAK_H
#include <stddef.h>
#include <stdint.h>

enum { RVV_BITS = 16384, PEAK_READ_STEP = 512 };

struct peak_loop {
    const char *name;    /* e.g. "xnor_carry8__avx512vpopcnt" */
    const char *unit;    /* one of peak_units: the precision whose kernels are held against it */
    uint32_t needs;      /* isa_feature bits */
    double ops_per_iter; /* counted as kernels count: multiply and add = 2 per pair */
    void (*run)(uint64_t iterations);
};
extern const struct peak_loop peak_loops[];
extern const size_t peak_loop_count;
/* The precisions that a board can have a unit for; a board has no loop for those it lacks. */
extern const char *const peak_units[];
extern const size_t peak_unit_count;

/* Hz of this core right now, by a timed chain of dependent adds lasting about `ns`. */
double peak_clock_hz(uint64_t ns);
/* Best of the usable loops of `unit` in ops/s: each loop is timed (thread CPU time) once, those near the best `tries`
 * times for about `ns`; *name = the winner. 0 when there is none. */
double peak_measure(const char *unit, uint32_t features, uint64_t ns, unsigned tries, const char **name);
/* The same for one loop. */
double peak_measure_loop(const struct peak_loop *loop, uint64_t ns, unsigned tries);

/* Bytes/s of reading `bytes` again and again by the best of the usable read loops, each for about `ns`;
 * *name = the winner. 0 when there is no memory. */
double peak_read_bandwidth(size_t bytes, uint32_t features, uint64_t ns, const char **name);
/* The same over memory that is there: 64-byte aligned; a rest below 2 KiB is left out. */
double peak_read_over(const void *at, size_t bytes, uint32_t features, uint64_t ns, const char **name);

/* The footprint that stands for each level of memory, where `root` is the root of /sys. `cache_bytes` is 0 and
 * `bytes` a guess where the kernel does not say how large the cache is; a level that there is not has bytes = 0. */
struct peak_level {
    const char *name; /* l1, l2, l3, dram */
    size_t cache_bytes, bytes;
};
enum { PEAK_LEVELS = 4 };
void peak_levels(const char *root, unsigned cpu, struct peak_level levels[PEAK_LEVELS]);
#endif
