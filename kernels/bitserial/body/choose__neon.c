/* Bit-planes by TBL (aarch64) and VTBL (arm). */
#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

#if defined(__aarch64__)
enum { MR = 4, NV = 4 }; /* 16 sums of 32 registers */
#else
enum { MR = 4, NV = 2 }; /* 8 sums of 16 registers */
#endif
enum { LANES = 16 };
typedef uint8x16_t vec;
struct wide {
    uint16x8_t low, high;
};

static inline vec zero(void) { return vdupq_n_u8(0); }
static inline vec load(const uint8_t *from) { return vld1q_u8(from); }
static inline vec load_counts(const uint8_t *from) { return vld1q_u8(from); }
static inline vec add(vec x, vec y) { return vaddq_u8(x, y); }

static inline vec lookup(vec counts, vec nibbles) {
#if defined(__aarch64__)
    return vqtbl1q_u8(counts, nibbles);
#else
    uint8x8x2_t halves = {{vget_low_u8(counts), vget_high_u8(counts)}};
    return vcombine_u8(vtbl2_u8(halves, vget_low_u8(nibbles)), vtbl2_u8(halves, vget_high_u8(nibbles)));
#endif
}

static inline void widen(struct wide *wide, vec sum) {
    wide->low = vaddw_u8(wide->low, vget_low_u8(sum));
    wide->high = vaddw_u8(wide->high, vget_high_u8(sum));
}

static inline void fold4(uint32_t *total, uint16x4_t sums, int32x4_t shift) {
    vst1q_u32(total, vaddw_u16(vshlq_u32(vld1q_u32(total), shift), sums));
}

static inline void fold(uint32_t *total, const struct wide *wide, unsigned shift) {
    int32x4_t by = vdupq_n_s32((int)shift);
    fold4(total, vget_low_u16(wide->low), by);
    fold4(total + 4, vget_high_u16(wide->low), by);
    fold4(total + 8, vget_low_u16(wide->high), by);
    fold4(total + 12, vget_high_u16(wide->high), by);
}

#include "choose.h"

TILE_PAIR(tile)

const struct bitserial_body choose__neon = {
    &tile_pair, 4, bitserial_row, bitserial_planes, spread, false, NULL,
};
