#include "../../pack/lanes_neon.h"
#define ISA neon
#include "forms.h"
#include "vector.h"

#if defined(__aarch64__)
TO_FLOATS(halves, BY_VECTORS(half) ONE_BY_ONE(half))
#else /* the base of NEON converts no halves */
TO_FLOATS(halves, ONE_BY_ONE(half))
#endif
TO_FLOATS(uppers, BY_VECTORS(upper) ONE_BY_ONE(upper))
