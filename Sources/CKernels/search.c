#include "CKernelsSearch.h"

#define GK_SOURCE "search.inc"
#include "variants.h"

typedef void (*nearest)(const void *, const void *, void *, int32_t *, ptrdiff_t, ptrdiff_t,
                        ptrdiff_t);

void gk_nearest_rows(int variant, const void *x, const void *e, void *p, int32_t *ids,
                     ptrdiff_t rows, ptrdiff_t codes, ptrdiff_t width) {
    static void *const table[6] = GK_TABLE(nearest_rows);
    ((nearest)table[variant])(x, e, p, ids, rows, codes, width);
}
