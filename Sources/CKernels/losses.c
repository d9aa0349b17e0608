#include "CKernelsLosses.h"

#define GK_SOURCE "losses.inc"
#include "variants.h"

typedef void (*cross_entropy)(const gk_cross_entropy_rule *, const void *, const int32_t *,
                              ptrdiff_t, void *, void *);
void gk_cross_entropy(int variant, const gk_cross_entropy_rule *rule, const void *x,
                      const int32_t *labels, ptrdiff_t rows, void *loss, void *normalizer) {
    static void *const table[6] = GK_TABLE(cross_entropy);
    ((cross_entropy)table[variant])(rule, x, labels, rows, loss, normalizer);
}

typedef void (*cross_entropy_gradient)(const gk_cross_entropy_rule *, const void *,
                                       const int32_t *, const void *, const void *, ptrdiff_t,
                                       void *);
void gk_cross_entropy_gradient(int variant, const gk_cross_entropy_rule *rule, const void *x,
                               const int32_t *labels, const void *normalizer, const void *dloss,
                               ptrdiff_t rows, void *dx) {
    static void *const table[6] = GK_TABLE(cross_entropy_gradient);
    ((cross_entropy_gradient)table[variant])(rule, x, labels, normalizer, dloss, rows, dx);
}

typedef void (*logistic)(const void *, const void *, double, void *, ptrdiff_t);
void gk_logistic_loss(int variant, const void *x, const void *t, double weight, void *y,
                      ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(logistic_loss);
    ((logistic)table[variant])(x, t, weight, y, n);
}

typedef void (*logistic_gradient)(const void *, const void *, double, const void *, void *,
                                  ptrdiff_t);
void gk_logistic_loss_gradient(int variant, const void *x, const void *t, double weight,
                               const void *dy, void *dx, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(logistic_loss_gradient);
    ((logistic_gradient)table[variant])(x, t, weight, dy, dx, n);
}
