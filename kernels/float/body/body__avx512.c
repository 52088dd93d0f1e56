#include "../../pack/lanes_avx512.h"
#define ISA avx512
#include "forms.h"
#include "vector.h"

TO_FLOATS(halves, BY_VECTORS(half) ONE_BY_ONE(half))
TO_FLOATS(uppers, BY_VECTORS(upper) ONE_BY_ONE(upper))
