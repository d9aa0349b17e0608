#pragma once
#include <stddef.h>
#include <stdint.h>

// Windows that slide over channels-last images [n][t][h][w][channels].
//
// Along each axis, output q and tap j meet input q * step + offset + j * spacing; what lies outside
// of 0 ..< input is padding. Rows count the outputs [n][t][h][w]; a segment is one pair of taps
// along t and h: segment = tap_t * taps[1] + tap_h.
typedef struct {
    ptrdiff_t input[3], output[3], step[3], taps[3], offset[3], spacing[3];
    ptrdiff_t channels;  // of a pixel in memory
    ptrdiff_t width;     // channels used, from where the image pointer points
} gk_windows;

// Where the rows of a grid of outputs stand in a larger image: pixel start + q * stride per axis.
typedef struct {
    ptrdiff_t grid[3], full[3], start[3], stride[3];
    ptrdiff_t channels;  // of a pixel of the large image
    ptrdiff_t width;     // channels of a row, written from where the image pointer points
} gk_placement;

// Writes the patches of rows first ..< first + rows, each as segments s0 ..< s1 times the taps
// along w times `width` channels, padding as zeros. Elements have `element` bytes.
void gk_gather_patches(size_t element, const gk_windows *windows, const void *image,
                       ptrdiff_t first, ptrdiff_t rows, ptrdiff_t s0, ptrdiff_t s1, void *patches);

// Copies gapless rows of `width` channels to their places in the image.
void gk_place_pixels(size_t element, const gk_placement *placement, const void *rows_in,
                   ptrdiff_t first, ptrdiff_t rows, void *image);

// What is applied to an output when it is stored.
typedef enum { gk_keep_sums = 0, gk_relu_sums = 1 } gk_sums_activation;

// y[r][i] = activation(y[r][i] + bias[i]) for rows that stand `step` elements apart; bias may be
// null. NaN is kept.
void gk_finish_rows(int variant, void *y, ptrdiff_t rows, ptrdiff_t n, ptrdiff_t step,
                    const void *bias, gk_sums_activation activation);

// out[i] = y[i] > 0 ? g[i] : 0: the gradient of a ReLU from its value.
void gk_relu_gradient(int variant, const void *g, const void *y, void *out, ptrdiff_t n);

// sums[i] = sum over rows of x[r][i], added in row order.
void gk_column_sums(int variant, const void *x, ptrdiff_t rows, ptrdiff_t n, void *sums);

// line[i * line_step + j] += rows[i * row_step + j] for i < count in order and j < width: rows that
// may overlap in the line.
void gk_overlap_rows(int variant, const void *rows, ptrdiff_t count, ptrdiff_t row_step,
                     ptrdiff_t width, void *line, ptrdiff_t line_step);
