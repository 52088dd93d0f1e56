/* Which of the vectors__<isa>.c serves. */
#include "vectors.h"

#include "../isa/needs.h"

const struct net_vectors *net_vectors_of(uint32_t features) {
#if defined(__x86_64__)
    if ((ISA_NEED_avx512 & ~features) == 0)
        return &net_vectors__avx512;
    if ((ISA_NEED_avx2 & ~features) == 0)
        return &net_vectors__avx2;
#elif defined(__riscv)
    if ((ISA_NEED_rvv & ~features) == 0)
        return &net_vectors__rvv;
#endif
    (void)features;
    return &net_vectors__portable;
}
