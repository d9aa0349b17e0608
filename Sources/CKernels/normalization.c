#include "CKernelsNormalization.h"

#include "CKernelsArithmetic.h"

#define GK_SOURCE "normalization.inc"
#include "variants.h"

typedef void (*moments)(const void *, ptrdiff_t, ptrdiff_t, const void *, void *, double *);
void gk_column_moments(int variant, const void *x, ptrdiff_t n, ptrdiff_t period,
                       const void *origin, void *block, double *sums) {
    static void *const table[6] = GK_TABLE(column_moments);
    ((moments)table[variant])(x, n, period, origin, block, sums);
}

typedef void (*affine)(const void *, ptrdiff_t, ptrdiff_t, const void *, const void *,
                       const void *, int, void *);
void gk_column_affine(int variant, const void *x, ptrdiff_t n, ptrdiff_t period, const void *mean,
                      const void *scale, const void *shift, int rectify, void *y) {
    static void *const table[6] = GK_TABLE(column_affine);
    ((affine)table[variant])(x, n, period, mean, scale, shift, rectify, y);
}

typedef void (*affine_sums)(const void *, const void *, ptrdiff_t, ptrdiff_t, const void *,
                            const void *, const void *, int, void *, double *);
void gk_column_affine_sums(int variant, const void *x, const void *dy, ptrdiff_t n,
                           ptrdiff_t period, const void *mean, const void *scale,
                           const void *shift, int rectify, void *block, double *sums) {
    static void *const table[6] = GK_TABLE(column_affine_sums);
    ((affine_sums)table[variant])(x, dy, n, period, mean, scale, shift, rectify, block, sums);
}

typedef void (*affine_gradient)(const void *, const void *, ptrdiff_t, ptrdiff_t, const void *,
                                const void *, const void *, const void *, const void *, int,
                                void *);
void gk_column_affine_gradient(int variant, const void *x, const void *dy, ptrdiff_t n,
                               ptrdiff_t period, const void *mean, const void *scale,
                               const void *shift, const void *slope, const void *offset,
                               int rectify, void *dx) {
    static void *const table[6] = GK_TABLE(column_affine_gradient);
    ((affine_gradient)table[variant])(
        x, dy, n, period, mean, scale, shift, slope, offset, rectify, dx);
}

typedef void (*row_normalization)(const void *, ptrdiff_t, ptrdiff_t, int, double, double,
                                  const void *, const void *, void *, void *);
void gk_row_normalize(int variant, const void *x, ptrdiff_t rows, ptrdiff_t width, int center,
                      double epsilon, double gain, const void *scale, const void *shift, void *y,
                      void *statistics) {
    static void *const table[6] = GK_TABLE(row_normalize);
    ((row_normalization)table[variant])(
        x, rows, width, center, epsilon, gain, scale, shift, y, statistics);
}

void gk_row_normalize_streamed(int variant, const void *x, ptrdiff_t rows, ptrdiff_t width,
                               int center, double epsilon, double gain, const void *scale,
                               const void *shift, void *y, void *statistics, void *scratch) {
    const ptrdiff_t size = variant < 3 ? 4 : 8, step = width * size;
    for (ptrdiff_t row = 0; row < rows; row++) {
        gk_row_normalize(variant, (const char *)x + row * step, 1, width, center, epsilon, gain,
                         scale, shift, scratch,
                         statistics ? (char *)statistics + 2 * row * size : NULL);
        gk_stream(variant, scratch, (char *)y + row * step, width);
    }
    gk_stream_end();
}

typedef void (*row_gradient)(const void *, const void *, ptrdiff_t, ptrdiff_t, int, double,
                             const void *, const void *, void *);
void gk_row_normalize_gradient(int variant, const void *x, const void *dy, ptrdiff_t rows,
                               ptrdiff_t width, int center, double gain, const void *scale,
                               const void *statistics, void *dx) {
    static void *const table[6] = GK_TABLE(row_normalize_gradient);
    ((row_gradient)table[variant])(x, dy, rows, width, center, gain, scale, statistics, dx);
}

typedef void (*row_sums)(const void *, const void *, ptrdiff_t, ptrdiff_t, const void *, void *,
                         double *);
void gk_row_normalize_sums(int variant, const void *x, const void *dy, ptrdiff_t rows,
                           ptrdiff_t width, const void *statistics, void *block, double *sums) {
    static void *const table[6] = GK_TABLE(row_normalize_sums);
    ((row_sums)table[variant])(x, dy, rows, width, statistics, block, sums);
}
