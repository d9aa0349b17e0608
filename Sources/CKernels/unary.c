#include "CKernelsUnary.h"

#include "CKernelsArithmetic.h"

#define GK_SOURCE "unary.inc"
#include "variants.h"

typedef void (*forward_f32)(const float *, float *, ptrdiff_t, float, float);
typedef void (*forward_f64)(const double *, double *, ptrdiff_t, double, double);
typedef void (*between_f32)(const float *, float, float, const float *, float *, ptrdiff_t, float,
                            float, int);
typedef void (*between_f64)(const double *, double, double, const double *, double *, ptrdiff_t,
                            double, double, int);
typedef void (*pullback_f32)(const float *, const float *, float *, ptrdiff_t, float, float);
typedef void (*pullback_f64)(const double *, const double *, double *, ptrdiff_t, double, double);

typedef struct {
    gk_keeping keeps;
    void *forward[6], *between[6], *pullback[6];
} entry;

#define ENTRY(name, keeps) \
    [gk_##name] = {keeps, GK_TABLE(name), GK_TABLE(name##_between), GK_TABLE(name##_pullback)}
static const entry table[gk_unary_count] = {
    ENTRY(negate, gk_keeps_nothing),
    ENTRY(exp, gk_keeps_value),
    ENTRY(log, gk_keeps_input),
    ENTRY(square_root, gk_keeps_value),
    ENTRY(reciprocal_square_root, gk_keeps_value),
    ENTRY(squared, gk_keeps_input),
    ENTRY(reciprocal, gk_keeps_value),
    ENTRY(abs, gk_keeps_input),
    ENTRY(sin, gk_keeps_input),
    ENTRY(cos, gk_keeps_input),
    ENTRY(tanh, gk_keeps_value),
    ENTRY(sigmoid, gk_keeps_value),
    ENTRY(relu, gk_keeps_value),
    ENTRY(leaky_relu, gk_keeps_input),
    ENTRY(gelu, gk_keeps_input),
    ENTRY(gelu_tanh, gk_keeps_input),
    ENTRY(swish, gk_keeps_input),
    ENTRY(softplus, gk_keeps_input),
    ENTRY(erf, gk_keeps_input),
    ENTRY(clamp, gk_keeps_input),
    ENTRY(power_of, gk_keeps_input),
    ENTRY(sign, gk_has_no_gradient),
    ENTRY(floor, gk_has_no_gradient),
    ENTRY(ceiling, gk_has_no_gradient),
    ENTRY(round, gk_has_no_gradient),
};

gk_keeping gk_unary_keeps(gk_unary op) { return table[op].keeps; }

void gk_unary_forward(int variant, gk_unary op, const void *x, void *y, ptrdiff_t n, double p,
                      double q) {
    void *f = table[op].forward[variant];
    if (variant < 3) ((forward_f32)f)(x, y, n, (float)p, (float)q);
    else ((forward_f64)f)(x, y, n, p, q);
}

void gk_unary_between(int variant, gk_unary op, const void *x, double scale, double shift,
                      const void *other, void *y, ptrdiff_t n, double p, double q, int streams) {
    void *f = table[op].between[variant];
    if (variant < 3)
        ((between_f32)f)(x, (float)scale, (float)shift, other, y, n, (float)p, (float)q, streams);
    else ((between_f64)f)(x, scale, shift, other, y, n, p, q, streams);
}

void gk_unary_pullback(int variant, gk_unary op, const void *kept, const void *g, void *d,
                       ptrdiff_t n, double p, double q) {
    void *f = table[op].pullback[variant];
    if (variant < 3) ((pullback_f32)f)(kept, g, d, n, (float)p, (float)q);
    else ((pullback_f64)f)(kept, g, d, n, p, q);
}

// Blocks of a streamed pass: 4 KiB, on the stack.
enum { BLOCK_BYTES = 4096 };

void gk_unary_forward_streamed(int variant, gk_unary op, const void *x, void *y, ptrdiff_t n,
                               double p, double q) {
    _Alignas(64) char block[BLOCK_BYTES];
    const ptrdiff_t width = variant < 3 ? 4 : 8, most = BLOCK_BYTES / width;
    for (ptrdiff_t i = 0; i < n; i += most) {
        const ptrdiff_t m = n - i < most ? n - i : most;
        gk_unary_forward(variant, op, (const char *)x + i * width, block, m, p, q);
        gk_stream(variant, block, (char *)y + i * width, m);
    }
    gk_stream_end();
}

void gk_unary_pullback_streamed(int variant, gk_unary op, const void *kept, const void *g, void *d,
                                ptrdiff_t n, double p, double q) {
    _Alignas(64) char block[BLOCK_BYTES];
    const ptrdiff_t width = variant < 3 ? 4 : 8, most = BLOCK_BYTES / width;
    for (ptrdiff_t i = 0; i < n; i += most) {
        const ptrdiff_t m = n - i < most ? n - i : most;
        gk_unary_pullback(variant, op, (const char *)kept + i * width,
                          (const char *)g + i * width, block, m, p, q);
        gk_stream(variant, block, (char *)d + i * width, m);
    }
    gk_stream_end();
}
