#pragma once
#include <stddef.h>

// c[i][j] = sum over p of a[i][p] * b[p][j], for m, n, k up to 8. Steps in elements; c is dense.
void gk_tiny_product(int variant, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *a,
                     ptrdiff_t a_row, ptrdiff_t a_column, const void *b, ptrdiff_t b_row,
                     ptrdiff_t b_column, void *c);
