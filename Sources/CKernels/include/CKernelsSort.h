#pragma once
#include <stddef.h>
#include <stdint.h>

// Sorting within rows of n elements; equal elements keep their order in both directions. NaN counts
// as larger than every number. `type` as in CKernelsArithmetic.h.

// All elements. `values` and `indices` are [rows, n]; `spare_values` and `spare_indices` give room
// for one row.
void gk_sort_rows(int type, int descending, const void *x, void *values, int32_t *indices,
                  void *spare_values, int32_t *spare_indices, ptrdiff_t rows, ptrdiff_t n);

// The first k of them in that order, 0 < k ≤ n; `values` and `indices` are [rows, k]. Fast for
// k far below n.
void gk_select_rows(int type, int descending, const void *x, void *values, int32_t *indices,
                    ptrdiff_t rows, ptrdiff_t n, ptrdiff_t k);
