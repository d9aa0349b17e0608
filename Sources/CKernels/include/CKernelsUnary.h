#pragma once
#include <stddef.h>
#include <stdint.h>

// One operand, element by element. `swish` is x σ(p x); `leaky_relu` has slope p, `power_of`
// exponent p, `clamp` bounds p ≤ q; `round` goes to the nearest whole number, ties to even.
typedef enum {
    gk_negate, gk_exp, gk_log, gk_square_root, gk_reciprocal_square_root, gk_squared,
    gk_reciprocal, gk_abs, gk_sin, gk_cos, gk_tanh, gk_sigmoid, gk_relu, gk_leaky_relu, gk_gelu,
    gk_gelu_tanh, gk_swish, gk_softplus, gk_erf, gk_clamp, gk_power_of, gk_sign, gk_floor,
    gk_ceiling, gk_round, gk_unary_count
} gk_unary;

// What the gradient of an operation is computed from.
typedef enum { gk_keeps_input, gk_keeps_value, gk_keeps_nothing, gk_has_no_gradient } gk_keeping;
gk_keeping gk_unary_keeps(gk_unary op);

// y[i] = op(x[i]); no overlap.
void gk_unary_forward(int variant, gk_unary op, const void *x, void *y, ptrdiff_t n, double p,
                      double q);

// y[i] = op(x[i] · scale + shift) + other[i], each operation rounded by itself. `y` may be one of
// the operands. With `streams` the results bypass the caches, and `y` is aligned to 64 bytes.
void gk_unary_between(int variant, gk_unary op, const void *x, double scale, double shift,
                      const void *other, void *y, ptrdiff_t n, double p, double q, int streams);

// d[i] = g[i] · op′, from the input or the value at i, `kept`; no overlap.
void gk_unary_pullback(int variant, gk_unary op, const void *kept, const void *g, void *d,
                       ptrdiff_t n, double p, double q);

// The same two with results that bypass the caches, see gk_stream.
void gk_unary_forward_streamed(int variant, gk_unary op, const void *x, void *y, ptrdiff_t n,
                               double p, double q);
void gk_unary_pullback_streamed(int variant, gk_unary op, const void *kept, const void *g, void *d,
                                ptrdiff_t n, double p, double q);
