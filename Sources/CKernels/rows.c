#include "CKernelsRows.h"

#define GK_SOURCE "rows.inc"
#include "variants.h"

typedef void (*two)(const void *, void *, ptrdiff_t, ptrdiff_t);
typedef void (*three)(const void *, const void *, void *, ptrdiff_t, ptrdiff_t);
typedef void (*four)(const void *, const void *, const void *, void *, ptrdiff_t, ptrdiff_t);
typedef void (*running)(const void *, void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, int);

void gk_softmax_rows(int variant, const void *x, void *y, ptrdiff_t rows, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(softmax);
    ((two)table[variant])(x, y, rows, n);
}

void gk_softmax_pullback_rows(int variant, const void *y, const void *g, void *d, ptrdiff_t rows,
                              ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(softmax_pullback);
    ((three)table[variant])(y, g, d, rows, n);
}

void gk_log_softmax_rows(int variant, const void *x, void *y, ptrdiff_t rows, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(log_softmax);
    ((two)table[variant])(x, y, rows, n);
}

void gk_log_softmax_pullback_rows(int variant, const void *y, const void *g, void *d,
                                  ptrdiff_t rows, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(log_softmax_pullback);
    ((three)table[variant])(y, g, d, rows, n);
}

void gk_log_sum_exp_rows(int variant, const void *x, void *y, ptrdiff_t rows, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(log_sum_exp);
    ((two)table[variant])(x, y, rows, n);
}

void gk_log_sum_exp_pullback_rows(int variant, const void *x, const void *y, const void *g, void *d,
                                  ptrdiff_t rows, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(log_sum_exp_pullback);
    ((four)table[variant])(x, y, g, d, rows, n);
}

void gk_product_pullback_rows(int variant, const void *x, const void *g, void *d, ptrdiff_t rows,
                              ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(product_pullback);
    ((three)table[variant])(x, g, d, rows, n);
}

void gk_running_sum(int variant, const void *x, void *y, ptrdiff_t outer, ptrdiff_t n,
                    ptrdiff_t inner, int backwards) {
    static void *const table[6] = GK_TABLE(running_sum);
    if (n > 0) ((running)table[variant])(x, y, outer, n, inner, backwards);
}
