#include "CKernelsFold.h"
#include "CKernelsArithmetic.h"

#define GK_WITH_INTEGERS 1
#define GK_SOURCE "fold.inc"
#include "variants.h"

typedef void (*fold)(const void *, const void *, void *, ptrdiff_t, ptrdiff_t, ptrdiff_t);
typedef void (*position)(const void *, const void *, int32_t *, ptrdiff_t, ptrdiff_t);

void gk_fold_axis(int type, gk_fold op, const void *x, const void *shift, void *y, ptrdiff_t outer,
                  ptrdiff_t reduced, ptrdiff_t inner) {
    static void *const table[gk_fold_count][gk_type_count] = {
        GK_ALL_TYPES(sum), GK_ALL_TYPES(product), GK_ALL_TYPES(max), GK_ALL_TYPES(min),
        GK_TABLE(centered_squares),
    };
    ((fold)table[op][type])(x, shift, y, outer, reduced, inner);
}

void gk_position_rows(int type, const void *x, const void *extremum, int32_t *y, ptrdiff_t rows,
                      ptrdiff_t n) {
    static void *const table[gk_type_count] = GK_ALL_TYPES(position);
    ((position)table[type])(x, extremum, y, rows, n);
}
