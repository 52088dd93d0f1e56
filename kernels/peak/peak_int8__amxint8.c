/* Products of whole tiles: sixteen rows by sixteen columns by 64 bytes. */
#include "loop.h"
#include <immintrin.h>
#include <stdalign.h>

/* All eight tiles as high and as wide as they can be, and zero. */
static void configure(void) {
    alignas(64) uint8_t config[64] = {1}; /* the palette; bytes of a row from byte 16 on, rows from byte 48 on */
    for (int tile = 0; tile < 8; tile++) {
        config[16 + 2 * tile] = 64;
        config[48 + tile] = 16;
    }
    _tile_loadconfig(config);
}

/* `products` is what an iteration does; the tile instructions are never moved or left out. */
#define TILE_LOOP(form, products)                                                                                      \
    void peak_##form##__amxint8(uint64_t iterations);                                                                  \
    void peak_##form##__amxint8(uint64_t iterations) {                                                                 \
        configure();                                                                                                   \
        for (uint64_t left = iterations; left; left--) {                                                               \
            products                                                                                                   \
        }                                                                                                              \
        _tile_release();                                                                                               \
    }

/* as kernels use them: two tiles of A by two of B */
#define SQUARE(product) product(0, 4, 6); product(1, 4, 7); product(2, 5, 6); product(3, 5, 7);
TILE_LOOP(int8_tdpbssd4, SQUARE(_tile_dpbssd))
TILE_LOOP(int8_tdpbusd4, SQUARE(_tile_dpbusd))
TILE_LOOP(int8_tdpbssd6, SQUARE(_tile_dpbssd) _tile_dpbssd(4, 6, 7); _tile_dpbssd(5, 6, 7);)
