#pragma once
#include <stddef.h>
#include <stdint.h>

// Cross entropy of `rows` rows of `classes` logits with one label each:
//     loss = (1 − s) · w[label] · (L − x[label]) + s / classes · Σ w[k] · (L − x[k]),
// L the log-sum-exp of the row (kept in `normalizer`), s the smoothing, w the class weights (null:
// ones). A row labeled `ignored` has loss 0; every other label is at least 0 and below `classes`.
typedef struct {
    ptrdiff_t classes;
    int32_t ignored;
    double smoothing;
    const void *weights;
} gk_cross_entropy_rule;

void gk_cross_entropy(int variant, const gk_cross_entropy_rule *rule, const void *x,
                      const int32_t *labels, ptrdiff_t rows, void *loss, void *normalizer);

// dx from the gradient `dloss` of each row's loss.
void gk_cross_entropy_gradient(int variant, const gk_cross_entropy_rule *rule, const void *x,
                               const int32_t *labels, const void *normalizer, const void *dloss,
                               ptrdiff_t rows, void *dx);

// Binary cross entropy of logits x with targets t:
//     y = (1 − t) · x + (1 + (weight − 1) · t) · ln(1 + e^(−x)).
void gk_logistic_loss(int variant, const void *x, const void *t, double weight, void *y,
                      ptrdiff_t n);

// dx = dy · (1 − t − (1 + (weight − 1) · t) · σ(−x))
void gk_logistic_loss_gradient(int variant, const void *x, const void *t, double weight,
                               const void *dy, void *dx, ptrdiff_t n);
