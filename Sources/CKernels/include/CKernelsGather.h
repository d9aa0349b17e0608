#pragma once
#include <stddef.h>
#include <stdint.h>

// Moves by index. `width` is the size of an element in bytes (1, 2, 4, 8); the callers have checked
// that every index lies inside its axis.

// y[r][index[r]] = x[r] for rows of n elements; the others stay.
void gk_place_rows(int width, const void *x, const int32_t *index, void *y, ptrdiff_t rows,
                   ptrdiff_t n);
