/* Rows of bits from masks: a comparison leaves bits side by side, which is the packed form. Who includes this defines
 * LANES(n), bits at a time of n, and NEGATIVE(x, vl), the mask, and `element`. */
static uint64_t last_bits(const element *x, size_t count) {
    size_t vl = LANES(count);
    uint64_t word = __riscv_vmv_x_s_u64m1_u64(TO_WORDS(NEGATIVE(x, vl)));
    return word & (((uint64_t)1 << count) - 1);
}

static void pack_row(uint8_t *bits, const element *x, size_t k) {
    const size_t most = LANES((size_t)-1);
    uint64_t zero = 0;
    size_t i = 0, vl, end = bits_row_bytes(k);
    for (; i + most <= k; i += most)
        STORE_MASK(bits + i / 8, NEGATIVE(x + i, most), most);
    /* whole halves of words: as many fit every register */
    for (; i + 32 <= k; i += vl) {
        vl = LANES((k - i) / 32 * 32);
        STORE_MASK(bits + i / 8, NEGATIVE(x + i, vl), vl);
    }
    if (i < k)
        zero = last_bits(x + i, k - i);
    memcpy(bits + i / 8, &zero, end - i / 8);
}

static void run(const struct map_args *g) {
    for (size_t m = 0; m < g->m; m++)
        pack_row(row_of_out(g->c, g->c_stride, m), row_of(g->a, g->a_stride, m), g->k);
}
