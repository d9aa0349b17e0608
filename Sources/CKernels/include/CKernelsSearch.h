#pragma once
#include <stddef.h>
#include <stdint.h>

// ids[r] = the row of a table e [codes, width] nearest to row r of x [rows, width], the lowest on
// ties, from their products p = x e^T [rows, codes], which are overwritten. Distances are taken as
// (|x|^2 - 2 x e) + |e|^2; where that cannot tell codes apart, as sums of squared differences. At
// most 512 rows a call.
void gk_nearest_rows(int variant, const void *x, const void *e, void *p, int32_t *ids,
                     ptrdiff_t rows, ptrdiff_t codes, ptrdiff_t width);
