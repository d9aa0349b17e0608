#ifndef GESTALT_CFILM_H
#define GESTALT_CFILM_H

#include <stddef.h>
#include <stdint.h>

// The factors between luma, chroma and RGB, in units of 1/64 level.
typedef struct {
    // What is added to every channel: a half for rounding, less the black level.
    int16_t offset;
    // Luma beyond once itself, as a fraction of 2^-16 of 128 times the byte.
    int16_t luma;
    // Chroma in red, green and blue, as fractions of 2^-16 of 256 times the byte less 128. In blue
    // it is what goes beyond once the byte.
    int16_t red_of_red, green_of_blue, green_of_red, blue_of_blue;
} gf_matrix;

// Converts a row of `width` pixels to RGB, three bytes each. `blue` and `red` have a byte for every
// two pixels, (width + 1) / 2. The buffers do not overlap. The result is within one level of exact
// arithmetic.
void gf_rgb_row(
    const uint8_t *restrict luma, const uint8_t *restrict blue, const uint8_t *restrict red,
    uint8_t *restrict pixels, size_t width, const gf_matrix *restrict matrix);

#endif
