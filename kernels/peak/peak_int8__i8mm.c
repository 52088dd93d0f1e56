/* SMMLA over 128 bits: 2 rows by 2 columns, 8 products each. */
#include "loop.h"
#include <arm_neon.h>

#define BYTES(x) vreinterpretq_s8_s32(x)
#define PRODUCT_STEP(i) acc[i] = vmmlaq_s32(acc[i], BYTES(a), BYTES(b))
PEAK_LOOP(peak_int8_smmla8__i8mm, "w", int32x4_t, 8, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302), vdupq_n_s32(0),
          PRODUCT_STEP)
PEAK_LOOP(peak_int8_smmla16__i8mm, "w", int32x4_t, 16, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302),
          vdupq_n_s32(0), PRODUCT_STEP)
PEAK_LOOP(peak_int8_smmla24__i8mm, "w", int32x4_t, 24, vdupq_n_s32(0x01020304), vdupq_n_s32(0x05040302),
          vdupq_n_s32(0), PRODUCT_STEP)
