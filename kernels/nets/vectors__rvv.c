/* See vectors_body.h. */
#define SOME 16
#include "vectors_body.h"

const struct net_vectors net_vectors__rvv = NET_VECTORS;
