#include "../../pack/lanes_plain.h"
#define ISA portable
#include "forms.h"

TO_FLOATS(halves, ONE_BY_ONE(half))
TO_FLOATS(uppers, ONE_BY_ONE(upper))
