#pragma once
#include <stddef.h>
#include <stdint.h>

// Copies elements of `width` bytes (1, 2, 4 or 8) between strided places: `rank` axes (1 ... 8) of
// `lengths`, steps in elements. Neighboring axes are merged where they can be, and the two
// innermost walked in blocks when they are transposed.
void gk_copy_strided(int width, int rank, const ptrdiff_t *lengths, const void *from,
                     const ptrdiff_t *from_steps, void *to, const ptrdiff_t *to_steps);

// to[i] = *value, elements of `width` bytes.
void gk_fill(int width, const void *value, void *to, ptrdiff_t n);
