/* What each architecture's file provides to isa.c, and what isa.c lends to them. Private to isa/. */
#ifndef ISA_DETECT_H
#define ISA_DETECT_H
#include <stdbool.h>
#include <stdint.h>

uint32_t isa_detect(void);
bool isa_detect_model(char *out, unsigned size); /* false = the CPU itself does not say */
int isa_detect_hypervisor(void);

/* Value of the first line of /proc/cpuinfo whose key is `key`; false when there is none. */
bool isa_cpuinfo(const char *key, char *out, unsigned size);
#endif
