/* See vectors_body.h. */
#define SOME 8
#include "vectors_body.h"

const struct net_vectors net_vectors__avx2 = NET_VECTORS;
