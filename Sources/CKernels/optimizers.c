#include "CKernelsOptimizers.h"

#define GK_SOURCE "optimizers.inc"
#include "variants.h"

typedef void (*adam)(const gk_adam_step *, void *, const void *, void *, void *, ptrdiff_t);
void gk_adam(int variant, const gk_adam_step *step, void *p, const void *g, void *m, void *v,
             ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(adam);
    ((adam)table[variant])(step, p, g, m, v, n);
}

typedef void (*descent)(const gk_descent_step *, void *, const void *, void *, ptrdiff_t);
void gk_descent(int variant, const gk_descent_step *step, void *p, const void *g, void *b,
                ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(descent);
    ((descent)table[variant])(step, p, g, b, n);
}

typedef void (*approach)(const void *, double, void *, ptrdiff_t);
void gk_approach(int variant, const void *x, double weight, void *y, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(approach);
    ((approach)table[variant])(x, weight, y, n);
}
