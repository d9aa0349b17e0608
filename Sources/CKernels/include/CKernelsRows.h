#pragma once
#include <stddef.h>
#include <stdint.h>

// Row by row: gapless rows of n elements, n > 0. Float exponentials as in functions.h; NaN in a row
// makes the whole row NaN. No overlap.

// y = exp(x − m) / Σ exp(x − m), m the row's maximum. A row of −∞ alone gives NaN.
void gk_softmax_rows(int variant, const void *x, void *y, ptrdiff_t rows, ptrdiff_t n);
// d = y (g − Σ g y)
void gk_softmax_pullback_rows(int variant, const void *y, const void *g, void *d, ptrdiff_t rows,
                              ptrdiff_t n);
// y = x − ln Σ exp x
void gk_log_softmax_rows(int variant, const void *x, void *y, ptrdiff_t rows, ptrdiff_t n);
// d = g − exp(y) Σ g
void gk_log_softmax_pullback_rows(int variant, const void *y, const void *g, void *d,
                                  ptrdiff_t rows, ptrdiff_t n);
// y[r] = ln Σ exp x[r], −∞ for a row of −∞.
void gk_log_sum_exp_rows(int variant, const void *x, void *y, ptrdiff_t rows, ptrdiff_t n);
// d = g[r] exp(x − y[r])
void gk_log_sum_exp_pullback_rows(int variant, const void *x, const void *y, const void *g, void *d,
                                  ptrdiff_t rows, ptrdiff_t n);
// d[r][i] = g[r] Π x[r][j] over j ≠ i
void gk_product_pullback_rows(int variant, const void *x, const void *g, void *d, ptrdiff_t rows,
                              ptrdiff_t n);

// Running sums along the middle axis of [outer, n, inner], from the end with `backwards`.
void gk_running_sum(int variant, const void *x, void *y, ptrdiff_t outer, ptrdiff_t n,
                    ptrdiff_t inner, int backwards);
