#include "CKernelsWinograd.h"

#define GK_SOURCE "panelproduct.inc"
#include "variants.h"

int gk_panel_width(int variant) { return 2 * gk_winograd_lanes(variant); }

int gk_panel_rows(int variant) { return GK_X86 && variant % 3 == 2 ? 14 : 6; }

typedef void (*product)(ptrdiff_t, ptrdiff_t, ptrdiff_t, const void *, ptrdiff_t, ptrdiff_t,
                        const void *, ptrdiff_t, ptrdiff_t, void *, ptrdiff_t, int, int);
void gk_panel_product(int variant, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth,
                      const void *a, ptrdiff_t a_row, ptrdiff_t a_depth, const void *b,
                      ptrdiff_t b_step, ptrdiff_t panel_step, void *c, ptrdiff_t c_step, int adds,
                      int streams) {
    static void *const table[6] = GK_TABLE(panel_product);
    ((product)table[variant])(rows, columns, depth, a, a_row, a_depth, b, b_step, panel_step, c,
                              c_step, adds, streams);
}
