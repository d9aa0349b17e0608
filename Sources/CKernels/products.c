#include "CKernelsProducts.h"

#define GK_SOURCE "products.inc"
#include "variants.h"

typedef void (*product)(ptrdiff_t, ptrdiff_t, ptrdiff_t, const void *, ptrdiff_t, ptrdiff_t,
                        const void *, ptrdiff_t, ptrdiff_t, void *);

void gk_tiny_product(int variant, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const void *a,
                     ptrdiff_t a_row, ptrdiff_t a_column, const void *b, ptrdiff_t b_row,
                     ptrdiff_t b_column, void *c) {
    static void *const table[6] = GK_TABLE(tiny_product);
    ((product)table[variant])(m, n, k, a, a_row, a_column, b, b_row, b_column, c);
}
