#pragma once
#include <stddef.h>
#include <stdint.h>

// One step of Adam or AdamW in the order of operations of PyTorch's torch.optim, in place:
//     p ← p · kept;  g ← g + decay · p;  m ← m + (g − m) · (1 − β₁);  v ← β₂ · v + (1 − β₂) · g²;
//     p ← p − size · m / (√v / root + ε)
// where `kept` = 1 − learning rate · decoupled decay, `size` = learning rate / (1 − β₁ᵗ) and
// `root` = √(1 − β₂ᵗ).
typedef struct {
    double kept, decay, beta1, beta2, size, root, epsilon;
} gk_adam_step;

void gk_adam(int variant, const gk_adam_step *step, void *p, const void *g, void *m, void *v,
             ptrdiff_t n);

// One step of stochastic gradient descent, in place:
//     g ← g + decay · p;  b ← momentum · b + (1 − dampening) · g;
//     p ← p − rate · (nesterov ? g + momentum · b : b)
// On the first step b is set to g. `b` may be null when `momentum` is 0.
typedef struct {
    double rate, decay, momentum, dampening;
    int nesterov, first;
} gk_descent_step;

void gk_descent(int variant, const gk_descent_step *step, void *p, const void *g, void *b,
                ptrdiff_t n);

// y ← y + (x − y) · weight
void gk_approach(int variant, const void *x, double weight, void *y, ptrdiff_t n);
