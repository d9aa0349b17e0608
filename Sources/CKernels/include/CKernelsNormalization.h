#pragma once
#include <stddef.h>
#include <stdint.h>

// Normalization by column: `x` is a run of `n` elements whose columns repeat with `period`; the run
// begins at column 0 and may end inside a row. Arrays "per column" hold `period` elements. Sums are
// formed over short blocks of rows in the scalar type and collected in double.

// sums[c] += Σ (x − origin[c]), sums[period + c] += Σ (x − origin[c])².
// `block` is scratch for 2 · period scalars.
void gk_column_moments(int variant, const void *x, ptrdiff_t n, ptrdiff_t period,
                       const void *origin, void *block, double *sums);

// y = (x − mean[c]) · scale[c] + shift[c]; negative results become 0 with `rectify`.
void gk_column_affine(int variant, const void *x, ptrdiff_t n, ptrdiff_t period, const void *mean,
                      const void *scale, const void *shift, int rectify, void *y);

// With g the gradient `dy`, or 0 where the rectified result was not positive:
// sums[c] += Σ g, sums[period + c] += Σ g · (x − mean[c]). `block` as above.
void gk_column_affine_sums(int variant, const void *x, const void *dy, ptrdiff_t n,
                           ptrdiff_t period, const void *mean, const void *scale,
                           const void *shift, int rectify, void *block, double *sums);

// dx = g · scale[c] + (x − mean[c]) · slope[c] + offset[c], g as above.
void gk_column_affine_gradient(int variant, const void *x, const void *dy, ptrdiff_t n,
                               ptrdiff_t period, const void *mean, const void *scale,
                               const void *shift, const void *slope, const void *offset,
                               int rectify, void *dx);

// Normalization by row: y = (x − μ) · r · scale + shift for each of `rows` rows of `width`
// elements, μ the row's mean (0 unless `center`), r = 1 / √(mean of (x − μ)² + epsilon) + gain.
// `shift` may be null. statistics[2 · row] = μ, statistics[2 · row + 1] = r; it may be null.
void gk_row_normalize(int variant, const void *x, ptrdiff_t rows, ptrdiff_t width, int center,
                      double epsilon, double gain, const void *scale, const void *shift, void *y,
                      void *statistics);

// The same with a result that bypasses the caches, see gk_stream. `scratch`: `width` scalars.
void gk_row_normalize_streamed(int variant, const void *x, ptrdiff_t rows, ptrdiff_t width,
                               int center, double epsilon, double gain, const void *scale,
                               const void *shift, void *y, void *statistics, void *scratch);

// The gradient of that with respect to x.
void gk_row_normalize_gradient(int variant, const void *x, const void *dy, ptrdiff_t rows,
                               ptrdiff_t width, int center, double gain, const void *scale,
                               const void *statistics, void *dx);

// sums[c] += Σ dy · (x − μ) · r, sums[width + c] += Σ dy over rows: the gradients of scale and
// shift. `block` is scratch for 2 · width scalars.
void gk_row_normalize_sums(int variant, const void *x, const void *dy, ptrdiff_t rows,
                           ptrdiff_t width, const void *statistics, void *block, double *sums);
