/* Facts about the machine under us: clocks, cores, identity, emulation. Reads files and asks the kernel;
 * decides nothing. `root` is a prefix for /proc and /sys, "/" on a real board, a fake tree in tests. */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H
#ifndef _GNU_SOURCE
#error "board.h needs _GNU_SOURCE before the first include: cpu_set_t"
#endif
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clock.c: all in ns */
int64_t clock_now_ns(void);    /* CLOCK_MONOTONIC */
int64_t clock_raw_ns(void);    /* CLOCK_MONOTONIC_RAW: nobody steers it; 0 = not there */
int64_t clock_real_us(void);   /* the wall clock, in us: only to see that it jumped */
int64_t clock_thread_ns(void); /* CPU time of the calling thread */
int64_t clock_process_ns(void); /* of all its threads together */
int64_t clock_boot_ns(void);   /* CLOCK_BOOTTIME: goes on while the board sleeps */
int64_t clock_step_ns(void);   /* smallest step of CLOCK_MONOTONIC seen, at least 1 */

/* cores.c */
bool cores_allowed(cpu_set_t *out);
/* "1" = the last allowed core, "all", or a list such as "0,2-3" (a lone core n is "n-n"); false + words. */
bool cores_choose(const char *words, const cpu_set_t *allowed, cpu_set_t *out, char *err, size_t err_size);
/* Pin the calling thread and verify that the kernel took the set. */
bool cores_pin(const cpu_set_t *set, char *err, size_t err_size);
/* Whether the calling thread is on a core of the set right now. */
bool cores_on(const cpu_set_t *set);
/* Cores that are kept free of other work and that we may be pinned to all the same; false when there is none. */
bool cores_isolated(cpu_set_t *out);
/* The weakest of the allowed cores that the work does not use; false when there is none. */
bool cores_spare(const cpu_set_t *work, cpu_set_t *out);
void cores_text(const cpu_set_t *set, char *out, size_t size); /* "0x3" */

/* facts.c */
/* Whole text of root/path, at most size-1 bytes, trailing white space cut; -1 when it cannot be read. */
int board_read(const char *root, const char *path, char *out, size_t size);
const char *board_target(void); /* what this binary was built for: x86_64 | aarch64 | arm | riscv64 */
void board_boot_id(const char *root, char *out, size_t size);
void board_clock_source(const char *root, char *out, size_t size);
void board_uname(char *machine, char *release, size_t size);
int64_t board_memory_bytes(void);

/* pmic.c: power chip of a Raspberry Pi 5, read through /dev/vcio */
bool pmic_read(int fd, int64_t *microwatts);
/* Sum of volts times amperes of the rails in the firmware's text; false unless every current has its volts. */
bool pmic_sum(const char *text, int64_t *microwatts);

/* emulated.c: "" on real hardware, else what gave the emulator away. A virtual machine is not emulated. */
void board_emulated(const char *root, char *reason, size_t size);
#endif
