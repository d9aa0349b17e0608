#include "CKernelsRandom.h"

// The same bits from every instruction set: no fused multiply-add in place of two roundings.
#pragma STDC FP_CONTRACT OFF

#define GK_SQRT(x) _Generic((x), float: sqrtf, default: sqrt)(x)
#define GK_SOURCE "random.inc"
#include "variants.h"

void gk_random_words(int variant, uint64_t key, uint64_t path, uint64_t block, uint32_t *y,
                     ptrdiff_t n) {
    static void (*const table[6])(uint64_t, uint64_t, uint64_t, uint32_t *, ptrdiff_t) =
        GK_TABLE(words);
    table[variant](key, path, block, y, n);
}

void gk_random_uniform(int variant, uint64_t key, uint64_t path, uint64_t block, double low,
                       double high, double below, void *y, ptrdiff_t n) {
    typedef void (*uniform)(uint64_t, uint64_t, uint64_t, double, double, double, void *,
                            ptrdiff_t);
    static void *const table[6] = GK_TABLE(uniform);
    ((uniform)table[variant])(key, path, block, low, high, below, y, n);
}

void gk_random_normal(int variant, uint64_t key, uint64_t path, uint64_t block, double mean,
                      double deviation, void *y, ptrdiff_t n) {
    typedef void (*normal)(uint64_t, uint64_t, uint64_t, double, double, void *, ptrdiff_t);
    static void *const table[6] = GK_TABLE(normal);
    ((normal)table[variant])(key, path, block, mean, deviation, y, n);
}

void gk_random_flags(int variant, uint64_t key, uint64_t path, uint64_t block, uint64_t threshold,
                     uint8_t *y, ptrdiff_t n) {
    static void (*const table[6])(uint64_t, uint64_t, uint64_t, uint64_t, uint8_t *, ptrdiff_t) =
        GK_TABLE(flags);
    table[variant](key, path, block, threshold, y, n);
}

void gk_random_categorical(int variant, const void *logits, const double *u, ptrdiff_t rows,
                           ptrdiff_t count, int32_t *y) {
    typedef void (*categorical)(const void *, const double *, ptrdiff_t, ptrdiff_t, int32_t *);
    static void *const table[6] = GK_TABLE(categorical);
    ((categorical)table[variant])(logits, u, rows, count, y);
}
