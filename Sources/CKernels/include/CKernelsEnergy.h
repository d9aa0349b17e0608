#pragma once
#include <stddef.h>
#include <stdint.h>

// How large the numbers of an image's pixels are, and which tiles of Winograd's minimal filtering
// they spoil: a tile's outputs are differences of sums over all of its inputs, so an input that is
// not finite spoils all of them, and a large one costs all of them digits.

// The energy of a pixel is the sum of the squares of its channels: energies[p] for `pixels` gapless
// pixels. One with a number that is not finite, or whose square is not, has infinity or NaN.
void gk_pixel_energies(int variant, const void *x, ptrdiff_t pixels, ptrdiff_t channels,
                       void *energies);

// Of n energies: the largest, the least above 0 (infinity where there is
// none), their sum; whether some are 0, whether some are not finite. Means nothing else where some
// are not finite.
typedef struct {
    double largest, least, total;
    int has_zeros, has_non_finite;
} gk_energies;
void gk_energy_range(int variant, const void *energies, ptrdiff_t n, gk_energies *result);

// Where tiles and outputs read. Along an axis, tile k makes outputs k * tile ..< (k + 1) * tile as
// far as there are `outputs`, from inputs offset + k * tile * step ..< that + reach; output q sees
// inputs q * step + offset ..< that + taps. What lies outside of 0 ..< extent is padding.
typedef struct {
    ptrdiff_t tiles[3], outputs[3], tile[3], reach[3], taps[3], extent[3], offset[3], step[3];
} gk_reach;

// Energies that differ by more, an output's mean and the largest of its tile, cost it too many
// digits: numbers 256 times as large. An output that sees nothing but zeros has no size to compare
// with: the tile may then hold numbers up to 4096.
#define gk_reach_ratio 65536.0
#define gk_reach_zero_limit 16777216.0

// flags[i] = 1 where tile first + i (counted over all images) has an input that is not finite, or one
// so large that it costs another output more than the digits above; otherwise 0.
void gk_uneven_tiles(int variant, const gk_reach *reach, const void *energies, ptrdiff_t first,
                     ptrdiff_t count, uint8_t *flags);
