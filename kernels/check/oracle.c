/* The judge of `ref`: every element unpacked by itself, multiplied, added. Shares no line with any kernel. */
#include "check.h"
#include <string.h>

static int bit_value(const uint8_t *row, size_t i) { return row[i / 8] >> i % 8 & 1 ? -1 : 1; }

void oracle_run(const struct kernel_case *c, void *want) {
    bool bits = strcmp(c->variant->scheme, "w1a1") == 0;
    for (size_t m = 0; m < c->m; m++)
        for (size_t n = 0; n < c->n; n++) {
            const uint8_t *a = (const uint8_t *)c->a + m * c->args.a_stride;
            const uint8_t *b = (const uint8_t *)c->b + n * c->a_row_bytes;
            uint8_t *to = (uint8_t *)want + m * c->args.c_stride + 4 * n;
            int32_t sum = 0;
            double real = 0;
            for (size_t i = 0; i < c->k; i++)
                if (c->type == CASE_F32)
                    real += (double)((const float *)a)[i] * (double)((const float *)b)[i];
                else
                    sum += bits ? bit_value(a, i) * bit_value(b, i) : (int8_t)a[i] * (int8_t)b[i];
            if (c->type == CASE_F32)
                *(float *)to = (float)real;
            else
                *(int32_t *)to = sum;
        }
}
