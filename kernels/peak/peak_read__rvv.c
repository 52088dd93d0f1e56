/* Reading whole groups of vectors; a step is as long as this CPU's registers make it. */
#include "read.h"
#include <riscv_vector.h>

static inline void take(const uint8_t *at, size_t bytes) {
    for (size_t vl; bytes; bytes -= vl, at += vl) {
        vl = __riscv_vsetvl_e8m8(bytes);
        vuint8m8_t value = __riscv_vle8_v_u8m8(at, vl);
        USED("vr", value);
    }
}

void peak_read_forward__rvv(const void *from, size_t bytes);
void peak_read_forward__rvv(const void *from, size_t bytes) { take(from, bytes); }

void peak_read_four__rvv(const void *from, size_t bytes);
void peak_read_four__rvv(const void *from, size_t bytes) {
    const uint8_t *at = from;
    const size_t quarter = bytes / 4;
    for (size_t vl, left = quarter; left; left -= vl, at += vl) {
        vl = __riscv_vsetvl_e8m4(left);
        for (size_t q = 0; q < 4; q++) {
            vuint8m4_t value = __riscv_vle8_v_u8m4(at + q * quarter, vl);
            USED("vr", value);
        }
    }
}
