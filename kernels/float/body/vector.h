/* B passes by once, so nothing but the memory's speed counts. Lanes run along N as in the products, so there is no
 * horizontal sum. */
enum { VECTOR_NR = VECTOR_NV * LANES };

static void vector_panel(float *sums, const float *a, const float *b, size_t k, bool more) {
    vec sum[VECTOR_NV];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < VECTOR_NV; j++)
        sum[j] = more ? vec_load(sums + j * LANES) : vec_zero();
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < k; i++, b += VECTOR_NR) {
        vec row = vec_all(a[i]);
        for (size_t j = 0; j < VECTOR_NR * 4; j += 64)
            __builtin_prefetch((const uint8_t *)b + FAR + j);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < VECTOR_NV; j++)
            sum[j] = vec_fma(row, vec_load(b + j * LANES), sum[j]);
    }
#pragma clang loop unroll(full)
    for (size_t j = 0; j < VECTOR_NV; j++)
        vec_store(sums + j * LANES, sum[j]);
}

const struct float_vector OF_ISA(float_vector__, ISA) = {vector_panel, VECTOR_NR};
