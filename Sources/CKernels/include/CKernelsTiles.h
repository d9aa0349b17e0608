#pragma once
#include <stddef.h>

// Products of tiles that stay in the cache: the right factor is packed into panels of columns, the
// left one is read where it stands.

// Columns of a panel, and rows of the left factor that are multiplied with it at once.
ptrdiff_t gk_panel_width(int variant);
ptrdiff_t gk_panel_rows(int variant);

// b [terms][columns], its elements `term_step` and `column_step` apart (one of them is 1), becomes
// panels [columns / width, rounded up][terms][width], with zeros beyond the last column; from panel
// to panel are `panel_step` scalars.
void gk_pack_panels(int variant, ptrdiff_t terms, ptrdiff_t columns, const void *b,
                    ptrdiff_t term_step, ptrdiff_t column_step, ptrdiff_t panel_step,
                    void *panels);

// What of a product is known not to matter, when row i sees only the columns before `limit` + i.
typedef enum {
    gk_band_none,
    // c is a tile of scores: columns that a row does not see need not be computed.
    gk_band_result,
    // a is one, [rows][terms]: its terms past those that a row sees are zeros.
    gk_band_left,
    // a is one transposed, [rows][terms] = [columns of scores][rows of scores].
    gk_band_left_transposed,
} gk_band;

// c[i][j] = (adds ? c[i][j] : 0) + sum over t of a[i * a_row + t * a_term] * b[t][j]; `a_row` or
// `a_term` is 1. Row t of a panel of b stands at t * `b_row`: the panel's width when it was packed.
typedef struct {
    ptrdiff_t rows, columns, terms, a_row, a_term, b_row, panel_step, c_row;
    int adds;
    int pads;     // rows of c reach to a multiple of the vector, and are written so far
    int streams;  // writes past the caches; c and c_row are then multiples of a vector, c `pads`, and
                  // gk_stream_end must follow
    gk_band band;
    ptrdiff_t limit;
} gk_tile_product;
void gk_multiply_tile(int variant, const gk_tile_product *product, const void *a,
                      const void *panels, void *c);
