#pragma once
#include <stddef.h>
#include <stdint.h>

// Moves by index. `width` is the size of an element in bytes (1, 2, 4, 8), `type` as in
// CKernelsArithmetic.h. The callers have checked that every index lies inside its axis.

// y[r][index[r]] = x[r] for rows of n elements; the others stay.
void gk_place_rows(int width, const void *x, const int32_t *index, void *y, ptrdiff_t rows,
                   ptrdiff_t n);

// y[o][j][i] = x[o][index[j]][i]: x is [outer, n, inner], y [outer, m, inner]. Rows first ≤ o·m + j
// < first + count are written.
void gk_gather(int width, const void *x, const int32_t *index, void *y, ptrdiff_t n, ptrdiff_t m,
               ptrdiff_t inner, ptrdiff_t first, ptrdiff_t count);

// y[o][j][i] = x[o][index[o][j][i]][i], for slabs o < outer.
void gk_gather_along(int width, const void *x, const int32_t *index, void *y, ptrdiff_t outer,
                     ptrdiff_t n, ptrdiff_t m, ptrdiff_t inner);

// y[o][index[j]][i] += x[o][j][i] for slabs o < outer, in the order of j, where low ≤ index[j] < high.
void gk_scatter_add(int type, const void *x, const int32_t *index, void *y, ptrdiff_t outer,
                    ptrdiff_t n, ptrdiff_t m, ptrdiff_t inner, ptrdiff_t low, ptrdiff_t high);

// y[o][index[o][j][i]][i] += x[o][j][i] for slabs o < outer.
void gk_scatter_add_along(int type, const void *x, const int32_t *index, void *y, ptrdiff_t outer,
                          ptrdiff_t n, ptrdiff_t m, ptrdiff_t inner);
