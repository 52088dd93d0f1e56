/* See vectors_body.h. */
#include "vectors_body.h"

const struct net_vectors net_vectors__portable = NET_VECTORS;
