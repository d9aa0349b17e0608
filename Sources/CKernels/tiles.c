#include "CKernelsTiles.h"

#define GK_SOURCE "tiles.inc"
#include "variants.h"

ptrdiff_t gk_panel_width(int variant) {
    static ptrdiff_t (*const table[6])(void) = GK_TABLE(panel_width);
    return table[variant]();
}

ptrdiff_t gk_panel_rows(int variant) {
    static ptrdiff_t (*const table[6])(void) = GK_TABLE(panel_rows);
    return table[variant]();
}

void gk_pack_panels(int variant, ptrdiff_t terms, ptrdiff_t columns, const void *b,
                    ptrdiff_t term_step, ptrdiff_t column_step, ptrdiff_t panel_step,
                    void *panels) {
    typedef void (*pack)(ptrdiff_t, ptrdiff_t, const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                         void *);
    static void *const table[6] = GK_TABLE(pack);
    ((pack)table[variant])(terms, columns, b, term_step, column_step, panel_step,
                           panels);
}

void gk_multiply_tile(int variant, const gk_tile_product *product, const void *a,
                      const void *panels, void *c) {
    typedef void (*multiply)(const gk_tile_product *, const void *, const void *, void *);
    static void *const table[6] = GK_TABLE(multiply);
    ((multiply)table[variant])(product, a, panels, c);
}
