#include "CKernelsAttention.h"

#define GK_LOG(x) _Generic((x), float: logf, default: log)(x)
#define GK_SOURCE "attention.inc"
#include "variants.h"

void gk_attention_few(int variant, const gk_attention *shape, const gk_visible *visible,
                      const void *q, const void *k, const void *v, void *result, void *logsums,
                      void *scratch) {
    typedef void (*few)(const gk_attention *, const gk_visible *, const void *, const void *,
                        const void *, void *, void *, void *);
    static void *const table[6] = GK_TABLE(few);
    ((few)table[variant])(shape, visible, q, k, v, result, logsums, scratch);
}

void gk_attention_few_gradients(int variant, const gk_attention *shape, const gk_visible *visible,
                                const void *q, const void *k, const void *v, const void *g,
                                const void *logsums, const ptrdiff_t steps[3], void *dq, void *dk,
                                void *dv, void *scratch) {
    typedef void (*gradients)(const gk_attention *, const gk_visible *, const void *, const void *,
                              const void *, const void *, const void *, const ptrdiff_t *, void *,
                              void *, void *, void *);
    static void *const table[6] = GK_TABLE(few_gradients);
    ((gradients)table[variant])(shape, visible, q, k, v, g, logsums, steps, dq, dk, dv, scratch);
}

void gk_attention_queries(int variant, ptrdiff_t rows, ptrdiff_t width, const void *q,
                          ptrdiff_t step, double scale, void *y) {
    typedef void (*scaled)(ptrdiff_t, ptrdiff_t, const void *, ptrdiff_t, double, void *);
    static void *const table[6] = GK_TABLE(scaled_rows);
    ((scaled)table[variant])(rows, width, q, step, scale, y);
}

void gk_attention_tile(int variant, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t step,
                       const gk_visible *visible, void *scores, void *largest, void *sums,
                       void *result, ptrdiff_t result_step, ptrdiff_t value_width) {
    typedef void (*tile)(ptrdiff_t, ptrdiff_t, ptrdiff_t, const gk_visible *, void *, void *,
                         void *, void *, ptrdiff_t, ptrdiff_t);
    static void *const table[6] = GK_TABLE(tile);
    ((tile)table[variant])(rows, columns, step, visible, scores, largest, sums, result,
                           result_step, value_width);
}

void gk_attention_finish(int variant, ptrdiff_t rows, void *largest, const void *sums,
                         void *result, ptrdiff_t result_step, ptrdiff_t value_width) {
    typedef void (*finish)(ptrdiff_t, void *, const void *, void *, ptrdiff_t, ptrdiff_t);
    static void *const table[6] = GK_TABLE(finish);
    ((finish)table[variant])(rows, largest, sums, result, result_step, value_width);
}

void gk_attention_tile_gradient(int variant, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t step,
                                const gk_visible *visible, const void *logsums, const void *dots,
                                double scale, void *scores, void *gradients) {
    typedef void (*gradient)(ptrdiff_t, ptrdiff_t, ptrdiff_t, const gk_visible *, const void *,
                             const void *, double, void *, void *);
    static void *const table[6] = GK_TABLE(tile_gradient);
    ((gradient)table[variant])(rows, columns, step, visible, logsums, dots, scale, scores,
                               gradients);
}

void gk_attention_drop(int variant, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t step,
                       const uint8_t *flags, double factor, void *x) {
    typedef void (*drop)(ptrdiff_t, ptrdiff_t, ptrdiff_t, const uint8_t *, double, void *);
    static void *const table[6] = GK_TABLE(drop);
    ((drop)table[variant])(rows, columns, step, flags, factor, x);
}

void gk_row_dots(int variant, ptrdiff_t rows, ptrdiff_t width, const void *a, ptrdiff_t a_step,
                 const void *b, ptrdiff_t b_step, void *y) {
    typedef void (*dots)(ptrdiff_t, ptrdiff_t, const void *, ptrdiff_t, const void *, ptrdiff_t,
                         void *);
    static void *const table[6] = GK_TABLE(row_dots);
    ((dots)table[variant])(rows, width, a, a_step, b, b_step, y);
}
