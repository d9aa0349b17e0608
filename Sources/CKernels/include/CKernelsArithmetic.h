#pragma once
#include <stddef.h>
#include <stdint.h>

// Two operands, element by element.
typedef enum {
    gk_add, gk_subtract, gk_multiply, gk_divide, gk_maximum, gk_minimum, gk_power,
    gk_binary_count
} gk_binary;

// How an operand walks while the other one and the result advance by one element.
typedef enum { gk_dense = 0, gk_constant = 1 } gk_step;

// y[i] = op(a[i or 0], b[i or 0]) for i < n. `y` may be `a` or `b` where that one is dense.
void gk_binary_rows(int variant, gk_binary op, const void *a, gk_step a_step, const void *b,
                    gk_step b_step, void *y, ptrdiff_t n);

// y[r][i] = op(a[r][i], b[i]) for rows r < rows, i < n: b is repeated down the rows.
// With `swapped`, op(b[i], a[r][i]).
void gk_binary_repeated(int variant, gk_binary op, const void *a, const void *b, int swapped,
                        void *y, ptrdiff_t rows, ptrdiff_t n);

// y[i] += x[i]
void gk_accumulate(int variant, const void *x, void *y, ptrdiff_t n);
