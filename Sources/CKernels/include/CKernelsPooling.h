#pragma once
#include "CKernelsConvolution.h"

// Windows reduced channel by channel; `width` equals `channels` in all of them, rows are gapless.

// What a mean divides by.
typedef enum {
    gk_taps_inside,  // the taps that meet the image
    gk_taps_all,     // all taps
    gk_taps_none,    // nothing: a sum
} gk_divisor;

// out[r][c] = the largest of the window; a NaN wins. `places`, unless null, gets the pixel of the
// image [t][h][w] it stands at, the first one of several. Every window meets the image.
void gk_largest_of_windows(int variant, const gk_windows *windows, const void *image,
                           ptrdiff_t first, ptrdiff_t rows, void *out, int32_t *places);

// out[r][c] = the sum over the window, in tap order, divided.
void gk_mean_of_windows(int variant, const gk_windows *windows, const void *image, ptrdiff_t first,
                        ptrdiff_t rows, gk_divisor divisor, void *out);

// The gradients of both for channels c0 ..< c1 of one image: `g` and `places` are its outputs,
// `out` its pixels, of which those channels are written.
void gk_largest_of_windows_gradient(int variant, const gk_windows *windows, const void *g,
                                    const int32_t *places, ptrdiff_t c0, ptrdiff_t c1, void *out);
void gk_mean_of_windows_gradient(int variant, const gk_windows *windows, const void *g,
                                 gk_divisor divisor, ptrdiff_t c0, ptrdiff_t c1, void *out);

// Linear interpolation along one axis. For j < to, i < n:
// y[j * step + i] = x[low[j] * step + i] * (1 - share[j]) + x[high[j] * step + i] * share[j].
// `share` has the scalar type of the variant.
void gk_interpolate(int variant, const void *x, ptrdiff_t to, ptrdiff_t step, ptrdiff_t n,
                    const int32_t *low, const int32_t *high, const void *share, void *y);

// Its transpose: x[i of `from` rows] = what y sends back to it.
void gk_interpolate_gradient(int variant, const void *y, ptrdiff_t from, ptrdiff_t to,
                             ptrdiff_t step, ptrdiff_t n, const int32_t *low, const int32_t *high,
                             const void *share, void *x);
