#include "CKernelsSort.h"
#include "CKernelsArithmetic.h"

#define GK_WITH_INTEGERS 1
#define GK_SOURCE "sort.inc"
#include "variants.h"

typedef void (*sorting)(int, const void *, void *, int32_t *, void *, int32_t *, ptrdiff_t,
                        ptrdiff_t);
typedef void (*selection)(int, const void *, void *, int32_t *, ptrdiff_t, ptrdiff_t, ptrdiff_t);

void gk_sort_rows(int type, int descending, const void *x, void *values, int32_t *indices,
                  void *spare_values, int32_t *spare_indices, ptrdiff_t rows, ptrdiff_t n) {
    static void *const table[gk_type_count] = GK_ALL_TYPES(sort);
    ((sorting)table[type])(descending, x, values, indices, spare_values, spare_indices, rows, n);
}

void gk_select_rows(int type, int descending, const void *x, void *values, int32_t *indices,
                    ptrdiff_t rows, ptrdiff_t n, ptrdiff_t k) {
    static void *const table[gk_type_count] = GK_ALL_TYPES(select);
    ((selection)table[type])(descending, x, values, indices, rows, n, k);
}
