#pragma once
#include <stddef.h>
#include <stdint.h>

// Reductions along one axis. `type` as in CKernelsArithmetic.h; integers wrap around and have no
// centered squares. An axis of length 0 gives 0, 1, −∞ and +∞ (the extreme integers), in order.
typedef enum {
    gk_sum, gk_product, gk_max, gk_min, gk_centered_squares, gk_fold_count
} gk_fold;

// y[o][i] = fold over r of x[o][r][i]. Centered squares are Σ (x − shift[o][i])²; `shift` is null
// for the others.
void gk_fold_axis(int type, gk_fold op, const void *x, const void *shift, void *y, ptrdiff_t outer,
                  ptrdiff_t reduced, ptrdiff_t inner);

// y[r] = the first position in row r of `extremum[r]`, the row's largest or smallest element; the
// first NaN where the extremum is NaN.
void gk_position_rows(int type, const void *x, const void *extremum, int32_t *y, ptrdiff_t rows,
                      ptrdiff_t n);
